// Where files come from: dropped on the page, chosen, a folder, the phone's camera, the clipboard.
import DropTarget from "@uppy/drop-target";

export function takeFrom(desk, uppy) {
  uppy.use(DropTarget, { target: document.body });
  for (const input of desk.querySelectorAll("[data-source]")) {
    const take = () => {
      addAll(uppy, input.files, input.dataset.source);
      input.value = "";
    };
    input.addEventListener("change", take);
    if (input.files.length) take(); // chosen before this script had come
  }
  for (const button of desk.querySelectorAll("[data-choose-source]")) {
    button.addEventListener("click", () => desk.querySelector(`[data-source="${button.dataset.chooseSource}"]`).click());
  }
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) addAll(uppy, event.clipboardData.files, "paste");
  });
}

function addAll(uppy, files, source) {
  const described = [...files].map((file) => ({
    source,
    name: file.name,
    type: file.type,
    data: file,
    // Pictures from cameras and the clipboard share one name; the time keeps them apart.
    meta: { relativePath: file.webkitRelativePath || (source === "paste" ? `${Date.now()}/${file.name}` : "") },
  }));
  try {
    uppy.addFiles(described);
  } catch (error) {
    if (!error.isRestriction) throw error;
  }
}
