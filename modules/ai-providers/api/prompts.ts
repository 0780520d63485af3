/** Tags, fillers and marks that nobody sees: they could carry orders that an author never typed. */
const invisible = /(?!\u200c|\u200d|\ufe0f)\p{Default_Ignorable_Code_Point}/gu;
/** Joiners are kept between letters and signs that need them, as in families of emoji or Persian words. */
const looseJoiner =
  /(?<!\p{L}|\p{M}|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)(?:\u200c|\u200d)|(?:\u200c|\u200d)(?!\p{L}|\p{M}|\p{Extended_Pictographic})/gu;
const controls = /(?!\n)\p{Cc}/gu;
const withoutRunsOfSpace = (text: string): string =>
  text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n');

/**
 * What an author typed, without what an author did not see. No word goes: what one kind of service would take for an order is removed by the
 * provider that talks to it, and for it alone.
 */
export function cleanDescription(typed: string): string {
  return withoutRunsOfSpace(
    typed.replace(/\r\n?/g, '\n').replace(invisible, '').replace(controls, ' ').replace(looseJoiner, ''),
  ).trim();
}
