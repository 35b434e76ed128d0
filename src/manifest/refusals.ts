/** Why a source can't be read, in words. The place of the problem names the source. */

/** A source that can't be read, and why. */
export interface Refused {
  name: string;
  code: "source" | "too-large";
  message: string;
  hint?: string | undefined;
}

export function tooLarge(name: string, size: number, limit: number): Refused {
  return {
    name,
    code: "too-large",
    message:
      name === "-"
        ? `standard input has more than the limit of ${sizeText(limit)}`
        : `the file has ${sizeText(size)}, more than the limit of ${sizeText(limit)}`,
    hint: "split it into several files, or raise --max-file-size",
  };
}

/** A number of bytes as a person would say it. */
export function sizeText(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Number((bytes / 1024 / 1024).toFixed(1))} MiB`;
  return bytes >= 10 * 1024 ? `${Number((bytes / 1024).toFixed(1))} KiB` : `${bytes} bytes`;
}

export function changed(name: string): Refused {
  const hint = "run again when whatever writes it is done";
  return { name, code: "source", message: "the file changed while it was read", hint };
}

export function terminal(): Refused {
  const hint = "pipe manifests in, as in: kustomize build . | kapply apply -f -";
  return { name: "-", code: "source", message: "standard input is a terminal", hint };
}

/** The parts of fs.Stats that tell what a path is. */
export interface PathKind {
  isFIFO: () => boolean;
  isSocket: () => boolean;
  isDirectory: () => boolean;
}

/** What is neither a file nor a directory, or a directory where a file was a moment ago. */
export function notAFile(name: string, kind: PathKind): Refused {
  if (kind.isFIFO()) {
    const hint = `read it through standard input, as in: kapply apply -f - < ${name}`;
    return { name, code: "source", message: "a FIFO, not a file", hint };
  }
  const what = kind.isSocket() ? "a socket" : kind.isDirectory() ? "a directory" : "a device";
  return { name, code: "source", message: `${what}, not a file` };
}

/** A failure of the file system. `link` tells whether the path itself is a symbolic link. */
export function unreachable(name: string, error: unknown, link: boolean): Refused {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const refuse = (message: string, hint?: string): Refused => ({ name, code: "source", message, hint });
  switch (code) {
    case "ENOENT":
      if (link) return refuse("a symbolic link to nothing", "correct the link or remove it");
      return refuse("no such file or directory", "check the path, and the directory that it starts from");
    case "EACCES":
    case "EPERM":
      return refuse("permission denied", "check its owner and mode, and those of the directories above it");
    case "ELOOP":
      return refuse("a symbolic link that leads back to itself", "correct the link or remove it");
    case "ENOTDIR":
      return refuse("no such file: a part of the path is a file, not a directory", "check the path");
    case "ENAMETOOLONG":
      return refuse("a name that is too long for the file system", "check the path");
    default:
      return refuse(`it can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
