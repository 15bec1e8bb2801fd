/** What a resolved transaction survives: `relaxed` the end of tab, worker and browser, `strict` a power loss too. */
export type Durability = 'relaxed' | 'strict'
