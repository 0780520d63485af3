export { type MessageFormatElement, type ParserOptions, parse, TYPE } from '@formatjs/icu-messageformat-parser';
export { type Formatters, formatToParts, IntlMessageFormat } from 'intl-messageformat';
