"use strict";
// Shows the scenes of the page in 3D. The world is that of the lidar: x forward, y left, z up, in metres.

const scenes = [...document.querySelectorAll("script.scene")].map((element) => JSON.parse(element.textContent));
const view = {
  scene: 0,
  threshold: 0.3,
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

function shown(scene) {
  const detections = view.detections ? scene.detections.filter((each) => each.score >= view.threshold) : [];
  return { truth: view.truth ? scene.truth : [], detections };
}

// ---- Vectors and matrices, column by column as WebGL has them.

function multiply(a, b) {
  const product = new Float32Array(16);
  for (let column = 0; column < 4; ++column) {
    for (let row = 0; row < 4; ++row) {
      for (let k = 0; k < 4; ++k) product[4 * column + row] += a[4 * k + row] * b[4 * column + k];
    }
  }
  return product;
}

function normalized(v) {
  const length = Math.hypot(...v);
  return v.map((x) => x / length);
}

function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

// The eye circles around the target at a distance: yaw around z, pitch above the ground.
function firstCamera() {
  return { target: [20, 0, -1], distance: 45, yaw: 0, pitch: 0.6 };
}

function forwardOf(camera) {
  const level = Math.cos(camera.pitch);
  return [level * Math.cos(camera.yaw), level * Math.sin(camera.yaw), -Math.sin(camera.pitch)];
}

function projection(camera, aspect) {
  const forward = forwardOf(camera);
  const right = normalized(cross(forward, [0, 0, 1]));
  const up = cross(right, forward);
  const eye = camera.target.map((x, i) => x - camera.distance * forward[i]);
  const look = [
    right[0], up[0], -forward[0], 0,
    right[1], up[1], -forward[1], 0,
    right[2], up[2], -forward[2], 0,
    -dot(right, eye), -dot(up, eye), dot(forward, eye), 1,
  ];
  const near = camera.distance / 100;
  const far = 500 + camera.distance;
  const focal = 1 / Math.tan(Math.PI / 6);
  const perspective = [
    focal / aspect, 0, 0, 0,
    0, focal, 0, 0,
    0, 0, (far + near) / (near - far), -1,
    0, 0, (2 * far * near) / (near - far), 0,
  ];
  return multiply(perspective, look);
}

// ---- Boxes.

const EDGES = [0, 1, 1, 2, 2, 3, 3, 0, 4, 5, 5, 6, 6, 7, 7, 4, 0, 4, 1, 5, 2, 6, 3, 7];

function cornersOf([x, y, z, length, width, height, heading]) {
  const cos = Math.cos(heading);
  const sin = Math.sin(heading);
  const corners = [];
  for (const up of [-0.5, 0.5]) {
    for (const [along, across] of [[0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]]) {
      const dx = along * length;
      const dy = across * width;
      corners.push([x + cos * dx - sin * dy, y + sin * dx + cos * dy, z + up * height]);
    }
  }
  return corners;
}

// Lines along the edges, and one from the middle of the bottom to the front.
function linesOf(box) {
  const corners = cornersOf(box);
  const lines = EDGES.flatMap((corner) => corners[corner]);
  const front = [0, 1, 2].map((i) => (corners[0][i] + corners[3][i]) / 2);
  const middle = [box[0], box[1], box[2] - box[5] / 2];
  return lines.concat(middle, front);
}

// ---- Drawing.

const VERTEX = `
attribute vec3 place;
attribute float value;
uniform mat4 projection;
uniform float size;
varying float shade;
void main() {
  gl_Position = projection * vec4(place, 1.0);
  gl_PointSize = size;
  shade = value;
}`;

// From blue through green to yellow: lighter is more.
const FRAGMENT = `
precision mediump float;
varying float shade;
uniform vec4 color;
void main() {
  float t = clamp(shade, 0.0, 1.0);
  vec3 low = mix(vec3(0.23, 0.32, 0.75), vec3(0.13, 0.66, 0.52), min(1.0, 2.0 * t));
  vec3 scale = mix(low, vec3(0.99, 0.91, 0.25), max(0.0, 2.0 * t - 1.0));
  gl_FragColor = vec4(mix(scale, color.rgb, color.a), 1.0);
}`;

const TRUTH_COLOR = [1, 1, 1, 1];
const DETECTION_COLOR = [1, 0.55, 0.1, 1];

class Drawing {
  constructor(canvas) {
    this.canvas = canvas;
    const gl = canvas.getContext("webgl");
    if (gl === null) throw new Error("This browser has no WebGL, so there is no picture; the table below has the boxes.");
    this.gl = gl;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    this.place = gl.getAttribLocation(program, "place");
    this.value = gl.getAttribLocation(program, "value");
    this.uniform = (name) => gl.getUniformLocation(program, name);
    gl.enableVertexAttribArray(this.place);
    gl.enable(gl.DEPTH_TEST);
    this.buffers = { places: gl.createBuffer(), values: gl.createBuffer(), lines: gl.createBuffer() };
  }

  setPoints(places, values) {
    const gl = this.gl;
    this.count = values.length;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.places);
    gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.values);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  }

  draw(matrix, groups) {
    const gl = this.gl;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0.07, 0.08, 0.1, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix4fv(this.uniform("projection"), false, matrix);
    gl.uniform1f(this.uniform("size"), Math.max(1, this.canvas.width / 700));
    gl.uniform4fv(this.uniform("color"), [0, 0, 0, 0]);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.places);
    gl.vertexAttribPointer(this.place, 3, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.values);
    gl.enableVertexAttribArray(this.value);
    gl.vertexAttribPointer(this.value, 1, gl.FLOAT, false, 0, 0);
    gl.drawArrays(gl.POINTS, 0, this.count);
    gl.disableVertexAttribArray(this.value);
    for (const [boxes, color] of groups) {
      const lines = new Float32Array(boxes.flatMap((each) => linesOf(each.box)));
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.lines);
      gl.bufferData(gl.ARRAY_BUFFER, lines, gl.DYNAMIC_DRAW);
      gl.vertexAttribPointer(this.place, 3, gl.FLOAT, false, 0, 0);
      gl.uniform4fv(this.uniform("color"), color);
      gl.drawArrays(gl.LINES, 0, lines.length / 3);
    }
  }
}

// Writes what a box is above it.
function drawLabels(canvas, matrix, groups) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.font = `${Math.round(12 * devicePixelRatio)}px sans-serif`;
  context.textAlign = "center";
  for (const [boxes, color] of groups) {
    context.fillStyle = `rgb(${color.slice(0, 3).map((part) => Math.round(255 * part)).join(",")})`;
    for (const each of boxes) {
      const [x, y, z, , , height] = each.box;
      const place = [x, y, z + height / 2 + 0.3, 1];
      const [u, v, , w] = [0, 1, 2, 3].map((row) => place.reduce((sum, p, k) => sum + matrix[4 * k + row] * p, 0));
      if (w <= 0) continue;
      const text = each.score === undefined ? each.label : `${each.label} ${each.score.toFixed(2)}`;
      context.fillText(text, ((u / w + 1) / 2) * canvas.width, ((1 - v / w) / 2) * canvas.height);
    }
  }
}

// ---- The page.

const byId = (id) => document.getElementById(id);
let drawing = null;

function fillTable(scene) {
  const { truth, detections } = shown(scene);
  const rows = [
    ...detections.map((each) => ["detection", each]),
    ...truth.map((each) => ["object", each]),
  ];
  const body = byId("boxes");
  body.replaceChildren();
  for (const [kind, each] of rows) {
    const [x, y, , length, width, height, heading] = each.box;
    const cells = [
      kind,
      each.label,
      each.score === undefined ? "" : each.score.toFixed(3),
      each.iou === undefined ? "" : each.iou.toFixed(2),
      Math.hypot(x, y).toFixed(1),
      `${length.toFixed(2)} × ${width.toFixed(2)} × ${height.toFixed(2)}`,
      ((heading * 180) / Math.PI).toFixed(0),
    ];
    const row = body.insertRow();
    for (const text of cells) row.insertCell().textContent = text;
    row.addEventListener("click", () => {
      view.camera.target = each.box.slice(0, 3);
      view.camera.distance = 12;
      redraw();
    });
  }
  byId("counts").textContent =
    `${scene.intensities.length} points, ${scene.truth.length} objects, ` +
    `${detections.length} of ${scene.detections.length} detections`;
}

function redraw() {
  const scene = scenes[view.scene];
  if (drawing === null || scene === undefined) return;
  for (const canvas of [byId("scan"), byId("labels")]) {
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = canvas.clientHeight * devicePixelRatio;
  }
  const { truth, detections } = shown(scene);
  const groups = [[truth, TRUTH_COLOR], [detections, DETECTION_COLOR]];
  const matrix = projection(view.camera, byId("scan").width / byId("scan").height);
  drawing.draw(matrix, groups);
  drawLabels(byId("labels"), matrix, groups);
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
  fillTable(scene);
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
