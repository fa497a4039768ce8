// Shows the host's folders to an interpreter, under their own names.
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";

// Folders of the interpreter's own file system. /tmp is in memory, so that temporary files are
// gone with it; what the host has there is shown only where it is asked for.
const OWN = new Set(["/dev", "/lib", "/proc", "/sys", "/tmp"]);

export function mountFolder(FS, folder, place) {
  FS.mkdirTree(place);
  FS.mount(FS.filesystems.NODEFS, { root: folder }, place);
}

// `needed` are paths; of those below /tmp the folder there is shown.
export function mountHost(FS, needed) {
  const under = needed
    .filter((word) => word.startsWith("/tmp/"))
    .map((word) => path.join("/tmp", word.split("/")[2]));
  const folders = readdirSync("/")
    .map((name) => `/${name}`)
    .filter((folder) => !OWN.has(folder));
  for (const folder of [...folders, ...new Set(under)]) {
    const kind = lstatSync(folder, { throwIfNoEntry: false });
    if (kind?.isDirectory()) {
      mountFolder(FS, folder, folder);
    } else if (kind?.isSymbolicLink() && !FS.analyzePath(folder).exists) {
      FS.symlink(realpathSync(folder), folder);
    }
  }
}
