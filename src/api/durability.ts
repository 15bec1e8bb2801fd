/**
 * What a resolved transaction survives: `relaxed` the end of tab, worker and browser, and within a second a power cut too;
 * `strict` a power cut at once. Whatever is lost is whole transactions, the newest: never a part of one.
 */
export type Durability = 'relaxed' | 'strict'
