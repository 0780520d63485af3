import { addressFrom } from '@portico/core/client';

/** Most characters of a site's address. */
const longest = 60;

/** The address of a new site follows its name for as long as nobody has typed another. */
const name = document.querySelector<HTMLInputElement>('input[name="name"]');
const address = document.querySelector<HTMLInputElement>('input[name="address"]');
if (name && address) {
  let suggested = address.value === '' ? '' : undefined;
  address.addEventListener('input', () => {
    suggested = address.value === '' ? '' : undefined;
  });
  name.addEventListener('input', () => {
    if (suggested !== undefined) address.value = suggested = addressFrom(name.value, longest);
  });
}
