/** Tags, fillers and marks that nobody sees: they could carry orders that an author never typed. */
const invisible = /(?!\u200c|\u200d|\ufe0f)\p{Default_Ignorable_Code_Point}/gu;
/** Joiners are kept between letters and signs that need them, as in families of emoji or Persian words. */
const looseJoiner =
  /(?<!\p{L}|\p{M}|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)(?:\u200c|\u200d)|(?:\u200c|\u200d)(?!\p{L}|\p{M}|\p{Extended_Pictographic})/gu;
const controls = /(?!\n)\p{Cc}/gu;
/**
 * Orders to some servers, hidden in a prompt, e.g. `<sd_cpp_extra_args>{…}</sd_cpp_extra_args>` and `<lora:x:1>`. What may be long is
 * bounded: a text of nothing but beginnings must not take long to look at.
 */
const controlBlock =
  /<\s*([a-z]+_[a-z_]+)\b[^>]{0,1000}>[\s\S]*?(?:<\s*\/\s*\1\s*>|$)|<\s*\/?\s*[a-z]+_[a-z_]+\b[^>]{0,1000}>|<\s*(?:lora|hypernet|lyco)\s*:[^>]{0,1000}>/gi;

const withoutRunsOfSpace = (text: string): string =>
  text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n');

/** What an author typed, without what an author did not see. */
export function cleanDescription(typed: string): string {
  let text = withoutRunsOfSpace(
    typed.replace(/\r\n?/g, '\n').replace(invisible, '').replace(controls, ' ').replace(looseJoiner, ''),
  );
  for (let before = ''; before !== text; ) {
    before = text;
    text = withoutRunsOfSpace(text.replace(controlBlock, ' '));
  }
  return text.trim();
}
