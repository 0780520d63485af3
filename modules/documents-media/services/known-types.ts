/** What a type is to people: it decides icon, colours and words. */
export type TypeGroup = 'image' | 'document' | 'text' | 'code' | 'sheet' | 'slides' | 'audio' | 'video' | 'archive';

interface KnownType {
  readonly mimeType: string;
  /** As labels say it. */
  readonly format: string;
  readonly group: TypeGroup;
  /** Extensions of text, which has no signature: these bytes are of this type when they are a text and the name ends so. */
  readonly text?: readonly string[];
}

const officeXml = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

const type = (mimeType: string, format: string, group: TypeGroup, text?: string): KnownType => ({
  mimeType,
  format,
  group,
  text: text?.split(' '),
});

/** The closed list: what a file can be here. Everything else is octets, whatever it calls itself. */
const types: readonly KnownType[] = [
  type('image/png', 'PNG', 'image'),
  type('image/jpeg', 'JPEG', 'image'),
  type('image/webp', 'WebP', 'image'),
  type('image/avif', 'AVIF', 'image'),
  type('image/gif', 'GIF', 'image'),
  type('image/heic', 'HEIC', 'image'),
  type('image/heif', 'HEIF', 'image'),
  type('image/tiff', 'TIFF', 'image'),
  type('image/bmp', 'BMP', 'image'),
  type('image/svg+xml', 'SVG', 'image'),
  type('application/pdf', 'PDF', 'document'),
  type(`${officeXml}.wordprocessingml.document`, 'DOCX', 'document'),
  type(`${officeXml}.spreadsheetml.sheet`, 'XLSX', 'sheet'),
  type(`${officeXml}.presentationml.presentation`, 'PPTX', 'slides'),
  type(`${openDocument}.text`, 'ODT', 'document'),
  type(`${openDocument}.spreadsheet`, 'ODS', 'sheet'),
  type(`${openDocument}.presentation`, 'ODP', 'slides'),
  type('application/rtf', 'RTF', 'document'),
  type('audio/mpeg', 'MP3', 'audio'),
  type('audio/mp4', 'M4A', 'audio'),
  type('audio/wav', 'WAV', 'audio'),
  type('audio/ogg', 'OGG', 'audio'),
  type('audio/flac', 'FLAC', 'audio'),
  type('video/mp4', 'MP4', 'video'),
  type('video/quicktime', 'MOV', 'video'),
  type('video/webm', 'WebM', 'video'),
  type('video/ogg', 'OGV', 'video'),
  type('video/matroska', 'MKV', 'video'),
  type('application/zip', 'ZIP', 'archive'),
  type('application/x-7z-compressed', '7Z', 'archive'),
  type('application/gzip', 'GZ', 'archive'),
  type('text/plain', 'TXT', 'text', 'txt text log ini'),
  type('text/markdown', 'MD', 'text', 'md markdown'),
  type('text/csv', 'CSV', 'sheet', 'csv'),
  type('text/tab-separated-values', 'TSV', 'sheet', 'tsv'),
  type('text/vtt', 'VTT', 'text', 'vtt'),
  type('text/calendar', 'ICS', 'text', 'ics'),
  type('application/json', 'JSON', 'code', 'json'),
  type('application/yaml', 'YAML', 'code', 'yaml yml'),
  type('application/toml', 'TOML', 'code', 'toml'),
];

const byMimeType: ReadonlyMap<string, KnownType> = new Map(types.map((known) => [known.mimeType, known]));
const byTextExtension: ReadonlyMap<string, KnownType> = new Map(
  types.flatMap((known) => (known.text ?? []).map((extension): [string, KnownType] => [extension, known])),
);

/** Undefined for octets. */
export function knownType(mimeType: string): Pick<KnownType, 'format' | 'group'> | undefined {
  return byMimeType.get(mimeType);
}

/** The type of a text by the extension of its name; undefined when texts of that name have no type of their own. */
export function textType(extension: string): string | undefined {
  return byTextExtension.get(extension)?.mimeType;
}

/** Other names of types of the list. */
const aliases: Readonly<Record<string, string>> = {
  'image/apng': 'image/png',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heif',
  'audio/x-m4a': 'audio/mp4',
  'audio/ogg; codecs=opus': 'audio/ogg',
  'application/ogg': 'audio/ogg',
  'video/x-m4v': 'video/mp4',
};

/** A type as the list calls it; undefined for one that is not on it. */
export function listedType(mimeType: string | undefined): string | undefined {
  if (mimeType === undefined) return undefined;
  const listed = aliases[mimeType] ?? mimeType;
  return byMimeType.has(listed) ? listed : undefined;
}

/** The types that are decoded here, and therefore shown; all others are downloads. */
export const imageTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/gif']);

/** Whether a file is a picture that can be shown: of such a type, and decoded when it came in. */
export function isShown(file: { readonly mimeType: string; readonly width?: number | null }): boolean {
  return imageTypes.has(file.mimeType) && typeof file.width === 'number';
}
