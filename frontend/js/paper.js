// Pages that show a paper and nothing more special: the student's record, the dossier leafed through.
import { startPapers } from "./paper/viewer.js";

startPapers();
