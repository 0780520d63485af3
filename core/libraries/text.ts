export { type MessageFormatElement, type ParserOptions, parse, TYPE } from '@formatjs/icu-messageformat-parser';
export { default as Handlebars } from 'handlebars';
export { type Formatters, formatToParts, IntlMessageFormat } from 'intl-messageformat';
