/** What was dropped: files, and the names of folders, which a browser passes off as files that cannot be read. */
export interface Dropped {
  readonly files: readonly File[];
  readonly folders: readonly string[];
}

export function droppedFiles(transfer: DataTransfer | null): Dropped {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of transfer?.items ?? []) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) folders.push(entry.name);
    else if (file) files.push(file);
  }
  return { files, folders };
}
