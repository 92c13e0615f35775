// One paper in one pane: OpenSeadragon over the page images, sharp at its zoom, with boxes and watermark on top.
// Pages are asked for at the width the zoom needs; boxes are in pixels of the upright page.
import OpenSeadragon from "openseadragon";
import { boxElement } from "./boxes.js";
import { watermark } from "./watermark.js";

const WIDTHS_PX = [400, 800, 1600];
const WORTH_SCALING = 0.75; // wider ones would cost the server more than the page as it is
const LEAST_WIDTH = 0.6;
const WIDEST = 1.6;

// OpenSeadragon would add a <style> of its own, which the content policy forbids, unless it finds one with this mark. An
// element of that name in a namespace of ours is found by its selector and means nothing to the browser.
const mark = document.createElementNS("urn:xueji", "style");
mark.setAttribute("data-openseadragon-mobile-css", "");
document.head.append(mark);

// Its warnings are of pictures that came after their page was turned: nothing is wrong, and nobody can act on it.
OpenSeadragon.console = { ...console, warn() {} };

export class PaperPane {
  constructor(element, { watermarkText, reading, onPage }) {
    this.element = element;
    this.reading = reading;
    this.onPage = onPage;
    this.paper = null;
    this.page = 0;
    this.wanted = null;
    this.view = OpenSeadragon({
      element,
      drawer: "canvas",
      immediateRender: true, // on a slow line the size that is needed, not all sizes up to it
      showNavigationControl: false,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      keyboardNavEnabled: false,
      animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.25,
      maxZoomPixelRatio: 3,
      visibilityRatio: 1,
      minZoomImageRatio: 0.5,
    });
    this.view.canvas.setAttribute("role", "img");
    this.view.canvas.setAttribute("aria-label", "页面图像");
    element.append(watermark(watermarkText));
    this.view.addHandler("open", () => this.#opened());
    this.view.addHandler("open-failed", () => this.#note("图像未能载入，材料仍在库中。稍后再翻到这一页。"));
    this.view.addHandler("tile-load-failed", () => this.#note("图像未能载入，材料仍在库中。稍后再翻到这一页。"));
  }

  show(paper, no = 1) {
    const page = paper?.pages.find((one) => one.no === no);
    if (this.paper?.record_id === paper?.record_id && this.page === no) return this.#opened();
    this.paper = paper;
    this.page = no;
    this.element.querySelector(".paper__note")?.remove();
    this.onPage(this);
    if (!page) {
      this.view.close();
      return this.#note("这件材料的页面还没有备好，稍后再来看。");
    }
    this.view.open({ type: "legacy-image-pyramid", levels: this.#levels(page) });
  }

  turn(step) {
    const no = this.page + step;
    if (this.paper?.pages.some((page) => page.no === no)) this.show(this.paper, no);
  }

  focus(paper, no, id) {
    this.wanted = id;
    this.show(paper, no);
  }

  rotate(degrees) {
    this.view.viewport.setRotation(this.view.viewport.getRotation() + degrees);
  }

  zoom(factor) {
    this.view.viewport.zoomBy(factor).applyConstraints();
  }

  fitWidth() {
    const { viewport } = this.view;
    viewport.fitHorizontally(true);
    const bounds = viewport.getBounds();
    viewport.fitBounds(new OpenSeadragon.Rect(bounds.x, 0, bounds.width, bounds.height), true);
  }

  realSize() {
    const { viewport } = this.view;
    viewport.zoomTo(viewport.imageToViewportZoom(1 / devicePixelRatio));
  }

  destroy() {
    this.view.destroy();
  }

  #opened() {
    if (!this.view.isOpen()) return;
    this.view.clearOverlays();
    const boxes = this.paper.boxes.filter((box) => box.page === this.page && box.box);
    for (const box of boxes) this.#draw(box);
    const wanted = boxes.find((box) => box.id === this.wanted);
    const here = `${this.paper.record_id}/${this.page}`;
    if (this.seen !== here) this.fitWidth();
    if (wanted) this.#panTo(wanted.box);
    this.seen = here;
  }

  #draw(box) {
    this.view.addOverlay({ element: boxElement(box, box.id === this.wanted), location: this.#toViewport(box.box) });
  }

  // Near enough to read, never so near that one loses the place: half of the page's width at least stays in view.
  #panTo(box) {
    const { viewport } = this.view;
    const place = this.#toViewport(box);
    const seen = viewport.getBounds();
    if (holds(seen, place)) return;
    const wide = Math.max(place.width * 1.5, LEAST_WIDTH);
    if (seen.width < place.width || seen.width > WIDEST) viewport.zoomTo(1 / wide, null, true);
    viewport.panTo(place.getCenter());
    viewport.applyConstraints();
  }

  #levels({ no, width_px: width, height_px: height }) {
    const widths = [...WIDTHS_PX.filter((one) => one < WORTH_SCALING * width), width];
    const base = `/api/v1/records/${encodeURIComponent(this.paper.record_id)}/pages/${no}/image`;
    return widths.map((one) => ({ url: `${base}?${new URLSearchParams({ width: one, ...this.reading })}`, width: one, height: Math.round((height * one) / width) }));
  }

  #toViewport([x0, y0, x1, y1]) {
    return this.view.viewport.imageToViewportRectangle(x0, y0, x1 - x0, y1 - y0);
  }

  #note(text) {
    if (this.element.querySelector(".paper__note")) return;
    const note = document.createElement("p");
    note.className = "paper__note";
    note.setAttribute("role", "status");
    note.textContent = text;
    this.element.append(note);
  }
}

// Whether a place is well inside what is seen, so that the paper need not move.
function holds(seen, place) {
  const edge = seen.width * 0.04;
  const inside = place.x > seen.x + edge && place.y > seen.y + edge;
  return inside && place.x + place.width < seen.x + seen.width - edge && place.y + place.height < seen.y + seen.height - edge;
}
