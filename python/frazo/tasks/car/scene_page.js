"use strict";
// Shows the scenes of the page: the picture, the table, and what the form asks for.

// How boxes are drawn and named, in the order of the table.
const KINDS = {
  missed: { color: [1, 0.3, 0.3], title: "object, missed", hasCross: true },
  wrong: { color: [0.95, 0.5, 1], title: "detection, wrong" },
  right: { color: [1, 0.55, 0.1], title: "detection, right" },
  detection: { color: [1, 0.55, 0.1], title: "detection" },
  found: { color: [1, 1, 1], title: "object, found" },
  object: { color: [1, 1, 1], title: "object" },
  "not counted": { color: [0.6, 0.6, 0.6], title: "object, not counted" },
};

const scenes = [...document.querySelectorAll("script.scene")].map((element) => JSON.parse(element.textContent));
const view = {
  scene: 0,
  threshold: Number(document.getElementById("threshold").value),
  color: "height",
  truth: true,
  detections: true,
  camera: null,
};

// ---- What a scene holds.

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

// Points are centimetres in 16 bits, intensities are in 8 bits.
function pointsOf(scene) {
  const centimetres = new Int16Array(bytesOf(scene.points).buffer);
  return Float32Array.from(centimetres, (value) => value / 100);
}

// Whether a detection of at least the least score finds the object of this index.
function isFound(scene, index) {
  return scene.detections.some(
    (each) => each.verdict === "right" && each.truth === index && each.score >= view.threshold);
}

function kindOfObject(scene, each, index) {
  if (scene.detections === null) return "object";
  if (each.counts === false) return "not counted";
  return isFound(scene, index) ? "found" : "missed";
}

function kindOfDetection(each) {
  if (each.verdict === undefined) return "detection";
  return each.verdict === "right" ? "right" : "wrong";
}

// The boxes of a scene that are shown, by their kind.
function shown(scene) {
  const found = new Map(Object.keys(KINDS).map((kind) => [kind, []]));
  if (view.detections) {
    for (const each of scene.detections ?? []) {
      if (each.score >= view.threshold) found.get(kindOfDetection(each)).push(each);
    }
  }
  if (view.truth) {
    (scene.truths ?? []).forEach((each, index) => found.get(kindOfObject(scene, each, index)).push(each));
  }
  return found;
}

// ---- The page.

const byId = (id) => document.getElementById(id);
let drawing = null;

function verdictOf(scene, kind, each) {
  if (kind === "right" || kind === "wrong") {
    return each.verdict === "another class" ? `is a ${scene.truths[each.truth].label}` : each.verdict;
  }
  return ["missed", "found", "not counted"].includes(kind) ? kind : "";
}

function fillTable(scene, groups) {
  const body = byId("boxes");
  body.replaceChildren();
  for (const [kind, boxes] of groups) {
    for (const each of boxes) {
      const [x, y, , length, width, height, heading] = each.box;
      const cells = [
        each.score === undefined ? "object" : "detection",
        each.label,
        each.score === undefined ? "" : each.score.toFixed(3),
        each.iou === undefined ? "" : each.iou.toFixed(2),
        verdictOf(scene, kind, each),
        Math.hypot(x, y).toFixed(1),
        `${length.toFixed(2)} × ${width.toFixed(2)} × ${height.toFixed(2)}`,
        ((heading * 180) / Math.PI).toFixed(0),
      ];
      const row = body.insertRow();
      row.className = kind === "missed" || kind === "wrong" ? "bad" : "";
      for (const text of cells) row.insertCell().textContent = text;
      row.addEventListener("click", () => {
        view.camera.target = each.box.slice(0, 3);
        view.camera.distance = 12;
        redraw();
      });
    }
  }
}

function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// The numbers depend on the least score, and not on what is shown.
function fillCounts(scene) {
  const parts = [counted(scene.intensities.length, "point")];
  const detections = (scene.detections ?? []).filter((each) => each.score >= view.threshold);
  if (scene.truths !== null) {
    const missed = scene.truths.filter((each, index) => kindOfObject(scene, each, index) === "missed");
    const text = counted(scene.truths.length, "object");
    parts.push(scene.detections === null ? text : `${text}, ${missed.length} missed`);
  } else {
    parts.push("no labels");
  }
  if (scene.detections !== null) {
    const right = detections.filter((each) => kindOfDetection(each) === "right");
    const text = `${detections.length} of ${counted(scene.detections.length, "detection")}`;
    parts.push(scene.truths === null ? text : `${text}, ${right.length} right`);
  }
  byId("counts").textContent = parts.join("; ");
}

// Says what the colors mean that are used here.
function fillColors(groups) {
  byId("colors").replaceChildren(
    ...[...groups].filter(([, boxes]) => boxes.length > 0).map(([kind]) => {
      const part = document.createElement("span");
      part.textContent = KINDS[kind].title;
      part.style.color = cssColor(KINDS[kind].color);
      return part;
    }));
}

// What is written at a box. An object that is found has the text of what finds it.
function labelOf(kind, each) {
  if (kind === "found" && view.detections) return "";
  if (kind === "missed") return `${each.label}, missed`;
  const score = each.score === undefined ? "" : ` ${each.score.toFixed(2)}`;
  return each.label + score + (each.iou === undefined ? "" : `, IoU ${each.iou.toFixed(2)}`);
}

function redraw() {
  const scene = scenes[view.scene];
  if (drawing === null || scene === undefined) return;
  for (const canvas of [byId("scan"), byId("labels")]) {
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = canvas.clientHeight * devicePixelRatio;
  }
  const groups = [...shown(scene)].map(([kind, boxes]) => ({ kind, boxes, ...KINDS[kind] }));
  const matrix = projection(view.camera, byId("scan").width / byId("scan").height);
  drawing.draw(matrix, groups);
  drawLabels(byId("labels"), matrix, groups, labelOf);
}

function setPoints(scene) {
  if (drawing === null) return;
  const values = new Float32Array(scene.intensities.length);
  for (let i = 0; i < values.length; ++i) {
    // The ground is some 2 metres below the sensor of a car.
    values[i] = view.color === "height" ? (scene.places[3 * i + 2] + 2) / 4 : scene.intensities[i] / 255;
  }
  drawing.setPoints(scene.places, values);
}

// The address tells what is shown, so that it can be passed on.
function keepAddress() {
  const state = new URLSearchParams({ scene: view.scene, threshold: view.threshold, color: view.color });
  history.replaceState(null, "", `#${state}`);
}

function show() {
  const scene = scenes[view.scene];
  if (scene.places === undefined) {
    scene.places = pointsOf(scene);
    scene.intensities = bytesOf(scene.intensities);
  }
  byId("scene").value = view.scene;
  byId("threshold").value = view.threshold;
  byId("threshold_value").textContent = view.threshold.toFixed(2);
  byId("color").value = view.color;
  setPoints(scene);
  const groups = shown(scene);
  fillTable(scene, groups);
  fillCounts(scene);
  fillColors(groups);
  redraw();
}

function readAddress() {
  const state = new URLSearchParams(location.hash.slice(1));
  const scene = Number(state.get("scene"));
  if (Number.isInteger(scene) && scene >= 0 && scene < scenes.length) view.scene = scene;
  const threshold = Number(state.get("threshold") ?? view.threshold);
  if (threshold >= 0 && threshold <= 1) view.threshold = threshold;
  if (state.get("color") === "intensity") view.color = "intensity";
}

function listen() {
  const change = (id, apply) =>
    byId(id).addEventListener("input", (event) => {
      apply(event.target);
      keepAddress();
      show();
    });
  change("scene", (element) => (view.scene = Number(element.value)));
  change("threshold", (element) => (view.threshold = Number(element.value)));
  change("color", (element) => (view.color = element.value));
  change("truth", (element) => (view.truth = element.checked));
  change("detections", (element) => (view.detections = element.checked));
  byId("reset").addEventListener("click", () => {
    view.camera = firstCamera();
    redraw();
  });
  window.addEventListener("resize", redraw);
  window.addEventListener("hashchange", () => {
    readAddress();
    show();
  });
  listenToPointer(byId("labels"));
}

function listenToPointer(canvas) {
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons === 0) return;
    const camera = view.camera;
    if (event.buttons === 1 && !event.shiftKey) {
      camera.yaw -= event.movementX / 200;
      camera.pitch = Math.min(1.55, Math.max(-0.2, camera.pitch + event.movementY / 200));
    } else {
      const step = camera.distance / canvas.clientHeight;
      const [cos, sin] = [Math.cos(camera.yaw), Math.sin(camera.yaw)];
      camera.target[0] += step * (cos * event.movementY - sin * event.movementX);
      camera.target[1] += step * (sin * event.movementY + cos * event.movementX);
    }
    redraw();
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    view.camera.distance = Math.min(300, Math.max(2, view.camera.distance * Math.exp(event.deltaY / 800)));
    redraw();
  }, { passive: false });
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
}

function start() {
  if (scenes.length === 0) {
    byId("counts").textContent = "There is no scene.";
    return;
  }
  scenes.forEach((scene, index) => byId("scene").add(new Option(scene.name, index)));
  view.camera = firstCamera();
  try {
    drawing = new Drawing(byId("scan"));
  } catch (error) {
    byId("problem").textContent = error.message;
  }
  readAddress();
  listen();
  show();
}

start();
