// The cards of files that are still on their way. Once the service has taken one in, its own card replaces it.

export class UploadCards {
  constructor(list, template, { retry, remove }) {
    this.list = list;
    this.template = template;
    this.cards = new Map();
    list.addEventListener("click", (event) => {
      const id = event.target.closest("[data-upload]")?.dataset.upload;
      if (event.target.closest("[data-retry]")) retry(id);
      if (event.target.closest("[data-remove]")) remove(id);
    });
  }

  add(file) {
    if (this.cards.has(file.id)) return;
    const card = this.template.content.firstElementChild.cloneNode(true);
    card.dataset.upload = file.id;
    card.querySelector("[data-name]").textContent = file.name;
    this.cards.set(file.id, card);
    this.list.append(card);
    this.say(file.id, "等待上传");
    if (file.preview) this.picture(file.id, file.preview);
  }

  drop(id) {
    this.cards.get(id)?.remove();
    this.cards.delete(id);
  }

  picture(id, url) {
    this.#on(id, (card) => {
      const image = document.createElement("img");
      image.className = "thumb__page";
      image.src = url;
      image.alt = "";
      card.querySelector(".thumb__page").replaceWith(image);
    });
  }

  progress(id, done, total) {
    this.#on(id, (card) => {
      const percent = total ? Math.round((done / total) * 100) : 0;
      this.say(id, `上传 ${percent} %`);
      card.querySelector("progress").value = percent;
    });
  }

  say(id, words) {
    this.#on(id, (card) => {
      card.classList.remove("card--fault");
      card.querySelector("[data-state]").textContent = words;
      card.querySelector("[data-retry]").hidden = true;
    });
  }

  fail(id, words, again) {
    this.say(id, words);
    this.#on(id, (card) => {
      card.classList.add("card--fault");
      card.querySelector("[data-retry]").hidden = !again;
      this.list.prepend(card);
    });
  }

  #on(id, act) {
    const card = this.cards.get(id);
    if (card) act(card);
  }
}
