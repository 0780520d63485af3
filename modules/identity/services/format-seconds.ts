/** "1 second", "20 seconds". */
export const formatSeconds = (seconds: number): string => `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
