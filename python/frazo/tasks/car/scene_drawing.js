"use strict";
// Draws points and boxes. The world is that of the lidar: x forward, y left, z up, in metres.

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

const CROSS = [4, 6, 5, 7];

// Lines along the edges, one from the middle of the bottom to the front, and a cross on the top.
function linesOf(box, hasCross) {
  const corners = cornersOf(box);
  const lines = [...EDGES, ...(hasCross ? CROSS : [])].flatMap((corner) => corners[corner]);
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

// A group is boxes that are drawn alike: {kind, boxes, color, hasCross}, the color in red, green and blue.
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
    for (const { boxes, color, hasCross } of groups) {
      const lines = new Float32Array(boxes.flatMap((each) => linesOf(each.box, hasCross)));
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers.lines);
      gl.bufferData(gl.ARRAY_BUFFER, lines, gl.DYNAMIC_DRAW);
      gl.vertexAttribPointer(this.place, 3, gl.FLOAT, false, 0, 0);
      gl.uniform4fv(this.uniform("color"), [...color, 1]);
      gl.drawArrays(gl.LINES, 0, lines.length / 3);
    }
  }
}

function cssColor(color) {
  return `rgb(${color.map((part) => Math.round(255 * part)).join(",")})`;
}

// Returns where the middle of a box's top is on a canvas; null if it is behind the eye.
function placeOfTop(canvas, matrix, [x, y, z, , , height]) {
  const place = [x, y, z + height / 2 + 0.3, 1];
  const [u, v, , w] = [0, 1, 2, 3].map((row) => place.reduce((sum, p, k) => sum + matrix[4 * k + row] * p, 0));
  return w <= 0 ? null : [((u / w + 1) / 2) * canvas.width, ((1 - v / w) / 2) * canvas.height];
}

// Writes above each box what textOf(kind, box) is, if it is anything. Texts that would meet are moved upwards.
function drawLabels(canvas, matrix, groups, textOf) {
  const context = canvas.getContext("2d");
  const size = Math.round(12 * devicePixelRatio);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.font = `${size}px sans-serif`;
  context.textAlign = "center";
  context.lineWidth = size / 4;
  context.strokeStyle = "rgb(18, 20, 26)";
  const written = [];
  for (const { kind, boxes, color } of groups) {
    context.fillStyle = cssColor(color);
    for (const each of boxes) {
      const place = placeOfTop(canvas, matrix, each.box);
      const text = textOf(kind, each);
      if (place === null || text === "") continue;
      const half = context.measureText(text).width / 2 + size / 4;
      const [x, top] = place;
      const meets = (y) => written.find(
        (other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < size);
      let y = top;
      for (let other = meets(y); other !== undefined; other = meets(y)) y = other.y - size - 1;
      written.push({ x, y, half });
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }
}
