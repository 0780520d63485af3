export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What a person fills in; files and buttons are none of it. */
export const typed =
  'input:not([type="hidden"], [type="file"], [type="submit"], [type="button"], [type="reset"]), textarea, select';

/** Whether a field holds something else than what the server wrote into it. */
export function isChanged(field: Field): boolean {
  if (field.disabled) return false;
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    const first = field.multiple || options.some(({ defaultSelected }) => defaultSelected) ? undefined : options[0];
    return options.some((option) => option.selected !== (option.defaultSelected || option === first));
  }
  if (field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio'))
    return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** Whether somebody typed words in here that are sent nowhere yet. What is searched for is no loss, and `data-unsaved="off"` says that it is none. */
export function hasTypedWords(root: Element): boolean {
  return [...root.querySelectorAll<Field>(typed)].some((field) => {
    const isWords =
      field instanceof HTMLTextAreaElement ||
      (field instanceof HTMLInputElement && !['checkbox', 'radio', 'search'].includes(field.type));
    return (
      isWords && !field.readOnly && field.form?.method !== 'get' && field.form?.dataset.unsaved !== 'off' && isChanged(field)
    );
  });
}
