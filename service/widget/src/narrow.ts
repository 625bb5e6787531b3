/** Where an open panel covers the page: on small screens, and at 400 % zoom. As in panel.css. */
export const isNarrow = (): boolean => matchMedia('(max-width: 520px), (max-height: 440px)').matches;
