// Unit, name and minute over every paper: light enough to read through, present in every photograph of the screen.

const STEP_X_PX = 360;
const STEP_Y_PX = 200;

export function watermark(text) {
  const layer = document.createElement("div");
  layer.className = "paper__watermark";
  layer.setAttribute("aria-hidden", "true");
  layer.style.backgroundImage = `url(${tile(text)})`;
  return layer;
}

function tile(text) {
  const canvas = document.createElement("canvas");
  canvas.width = STEP_X_PX;
  canvas.height = STEP_Y_PX;
  const pen = canvas.getContext("2d");
  pen.translate(STEP_X_PX / 2, STEP_Y_PX / 2);
  pen.rotate(-Math.PI / 9);
  pen.font = `14px ${getComputedStyle(document.body).fontFamily}`;
  pen.textAlign = "center";
  pen.fillStyle = "rgb(60 70 90 / 20%)";
  pen.fillText(text, 0, 0, STEP_X_PX - 20);
  return canvas.toDataURL("image/png");
}
