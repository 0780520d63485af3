/** Codes of the errors that this module throws. */
export type StockPhotosErrorCode = 'stock-photo-unreadable' | 'stock-photos-busy';

declare global {
  interface PorticoErrorCodes extends Record<StockPhotosErrorCode, true> {}
}
