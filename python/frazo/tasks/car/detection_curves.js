"use strict";
// Draws the curves of the page's scores: precision over recall, and how often a score is right.
{
  const curves = JSON.parse(document.getElementById("curve_numbers").textContent);
  const WIDTH = 380;
  const HEIGHT = 300;
  const LEFT = 46;
  const RIGHT = 12;
  const TOP = 10;
  const SIDE = WIDTH - LEFT - RIGHT;
  const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const LINES = ["first", "second", "third"];

  // ---- Parts of pictures.

  function svg(name, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function html(name, className, text) {
    const element = document.createElement(name);
    element.className = className;
    element.textContent = text;
    return element;
  }

  const xOf = (share) => LEFT + share * SIDE;

  // A square of shares from 0 to 1 with ticks and the names of its axes; `bottom` is where y is 0.
  function frame(height, bottom, xName, yName) {
    const yOf = (share) => bottom - share * (bottom - TOP);
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `${yName} by ${xName}` });
    for (const tick of TICKS) {
      const text = tick.toFixed(1);
      picture.append(
        svg("line", { class: "grid", x1: xOf(tick), x2: xOf(tick), y1: yOf(0), y2: yOf(1) }),
        svg("line", { class: "grid", x1: xOf(0), x2: xOf(1), y1: yOf(tick), y2: yOf(tick) }),
        svg("text", { x: xOf(tick), y: height - 22, "text-anchor": "middle" }, text),
        svg("text", { x: LEFT - 6, y: yOf(tick) + 4, "text-anchor": "end" }, text),
      );
    }
    const middle = (bottom + TOP) / 2;
    picture.append(
      svg("text", { x: xOf(0.5), y: height - 5, "text-anchor": "middle" }, xName),
      svg("text", { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }, yName),
    );
    return { picture, yOf };
  }

  // Shows beside the pointer what linesAt(share of x) gives: {at, texts, dots}.
  function listen(figure, picture, bottom, linesAt) {
    const tip = html("div", "tip", "");
    const marks = svg("g", { class: "marks" });
    picture.append(marks);
    figure.append(tip);
    const hide = () => {
      tip.style.display = "none";
      marks.replaceChildren();
    };
    picture.addEventListener("pointermove", (event) => {
      const place = picture.getBoundingClientRect();
      const x = ((event.clientX - place.left) / place.width) * WIDTH;
      const found = linesAt(Math.min(1, Math.max(0, (x - LEFT) / SIDE)));
      if (found === null) return hide();
      const dots = found.dots.map(([kind, u, v]) => svg("circle", { class: kind, cx: u, cy: v, r: 4 }));
      marks.replaceChildren(
        svg("line", { class: "cursor", x1: xOf(found.at), x2: xOf(found.at), y1: TOP, y2: bottom }), ...dots);
      tip.replaceChildren(...found.texts.map((text) => html("div", "", text)));
      tip.style.display = "block";
      const isRight = found.at > 0.5;
      tip.style.left = isRight ? "" : `${((xOf(found.at) + 10) / WIDTH) * 100}%`;
      tip.style.right = isRight ? `${((WIDTH - xOf(found.at) + 10) / WIDTH) * 100}%` : "";
    });
    picture.addEventListener("pointerleave", hide);
  }

  function figureOf(name, picture, legend) {
    const figure = html("figure", "chart", "");
    const stage = html("div", "stage", "");
    const list = html("ul", "legend", "");
    for (const [kind, text] of legend) {
      const line = html("li", "", "");
      const sample = svg("svg", { class: "sample", viewBox: "0 0 34 10" });
      sample.append(svg("line", { class: kind, x1: 1, x2: 33, y1: 5, y2: 5 }));
      line.append(sample, text);
      list.append(line);
    }
    stage.append(picture);
    figure.append(html("figcaption", "", name), stage, list);
    return { figure, stage };
  }

  // ---- Precision over recall.

  // The index of the first point of at least this recall: the curve has the best precision from there on.
  function pointAt(curve, recall) {
    const index = curve.recalls.findIndex((each) => each >= recall);
    return index < 0 ? null : index;
  }

  function legendOf(curve) {
    if (curve.truths === 0) return `${curve.difficulty}: no objects`;
    const objects = `${curve.truths} object${curve.truths === 1 ? "" : "s"}`;
    return `${curve.difficulty}: AP ${curve.average_precision.toFixed(1)}, ${objects}`;
  }

  function precisionChart(name, ofClass) {
    const bottom = HEIGHT - 40;
    const { picture, yOf } = frame(HEIGHT, bottom, "recall", "precision");
    ofClass.forEach((curve, index) => {
      if (curve.recalls.length === 0) return;
      const last = curve.recalls.at(-1);
      const points = curve.recalls.map((recall, i) => [recall, curve.precisions[i]]);
      // The precision at a recall is the best from there on, and 0 where nothing is.
      const whole = [[0, curve.precisions[0]], ...points, [last, 0]];
      const text = whole.map(([u, v]) => `${xOf(u).toFixed(1)},${yOf(v).toFixed(1)}`).join(" ");
      picture.append(svg("polyline", { class: LINES[index], points: text }));
    });
    const legend = ofClass.map((curve, index) => [LINES[index], legendOf(curve)]);
    const { figure, stage } = figureOf(name, picture, legend);
    listen(stage, picture, bottom, (recall) => {
      const texts = [`recall ${recall.toFixed(2)}`];
      const dots = [];
      ofClass.forEach((curve, index) => {
        const point = pointAt(curve, recall);
        if (point === null) return texts.push(`${curve.difficulty}: not reached`);
        const precision = curve.precisions[point];
        texts.push(`${curve.difficulty}: precision ${precision.toFixed(3)}, score ≥ ${curve.thresholds[point].toFixed(2)}`);
        dots.push([LINES[index], xOf(curve.recalls[point]), yOf(precision)]);
      });
      return { at: recall, texts, dots };
    });
    return figure;
  }

  // ---- Calibration.

  function shortNumber(count) {
    if (count < 1000) return `${count}`;
    return count < 10000 ? `${(count / 1000).toFixed(1)}k` : `${Math.round(count / 1000)}k`;
  }

  function drawBars(picture, counts, top, bottom) {
    // Low scores are many times as frequent as high ones: the bars are logarithmic.
    const most = Math.log1p(Math.max(...counts));
    const width = SIDE / counts.length;
    counts.forEach((count, bin) => {
      if (count === 0) return;
      const height = (Math.log1p(count) / most) * (bottom - top);
      const x = LEFT + bin * width;
      picture.append(
        svg("rect", { class: "bar", x: x + 1, y: bottom - height, width: width - 2, height }),
        svg("text", { class: "count", x: x + width / 2, y: bottom - height - 2, "text-anchor": "middle" }, shortNumber(count)),
      );
    });
    const middle = (top + bottom) / 2;
    picture.append(
      svg("line", { class: "grid", x1: xOf(0), x2: xOf(1), y1: bottom, y2: bottom }),
      svg("text", { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }, "number"),
    );
  }

  function calibrationChart(curve) {
    const height = HEIGHT + 90;
    const bottom = HEIGHT - 40;
    const { picture, yOf } = frame(height, bottom, "score", "share that is right");
    const bins = curve.detections.length;
    const filled = [...curve.detections.keys()].filter((bin) => curve.detections[bin] > 0);
    const points = filled.map((bin) => [curve.mean_scores[bin], curve.hits[bin] / curve.detections[bin]]);
    picture.append(svg("line", { class: "ideal", x1: xOf(0), x2: xOf(1), y1: yOf(0), y2: yOf(1) }));
    if (filled.length > 0) {
      const text = points.map(([u, v]) => `${xOf(u).toFixed(1)},${yOf(v).toFixed(1)}`).join(" ");
      picture.append(svg("polyline", { class: "first", points: text }));
      for (const [u, v] of points) picture.append(svg("circle", { class: "first", cx: xOf(u), cy: yOf(v), r: 3 }));
      drawBars(picture, curve.detections, bottom + 26, height - 38);
    }
    const error = curve.expected_error === null ? "no detections" : `mean distance ${curve.expected_error.toFixed(3)}`;
    const legend = [["first", `${curve.difficulty}: ${error}`], ["ideal", "scores that are probabilities"]];
    const { figure, stage } = figureOf(curve.class, picture, legend);
    listen(stage, picture, height - 38, (score) => {
      const bin = Math.min(bins - 1, Math.floor(score * bins));
      const range = `scores ${(bin / bins).toFixed(2)} to ${((bin + 1) / bins).toFixed(2)}`;
      const count = curve.detections[bin];
      const at = (bin + 0.5) / bins;
      if (count === 0) return { at, texts: [range, "no detections"], dots: [] };
      const [u, v] = points[filled.indexOf(bin)];
      return {
        at,
        texts: [range, `${curve.hits[bin]} of ${count} right: ${v.toFixed(3)}`, `mean score ${u.toFixed(3)}`],
        dots: [["first", xOf(u), yOf(v)]],
      };
    });
    return figure;
  }

  // ---- The page.

  function show(id, figures, nothing) {
    document.getElementById(id).append(...(figures.length > 0 ? figures : [html("p", "", nothing)]));
  }

  const shownCurves = curves.precision_recall.filter((each) => each.view === "3d");
  const classes = [...new Set(shownCurves.map((each) => each.class))];
  show(
    "precision_recall",
    classes.map((name) => precisionChart(name, shownCurves.filter((each) => each.class === name))),
    "The detector finds no class that is scored.");
  show("calibration", curves.calibration.map(calibrationChart), `${curves.rules}'s scores say nothing of it.`);
}
