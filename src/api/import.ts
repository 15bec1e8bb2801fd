/** What an import reads, one after the other: each an entity's map, or transaction data (a list of forms, or EDN text of one). */
export type ImportSource<Element = unknown> = Iterable<Element> | AsyncIterable<Element>

/** How far an import has come: what is counted is durable. */
export interface ImportProgress {
  /** Elements that are in the database, from the first on. */
  readonly elements: number
  readonly transactions: number
  /** Facts that they came to, those about the transactions included. */
  readonly datoms: number
}

export interface ImportOptions {
  /** Called after each step, some thousand elements at a time. */
  readonly onProgress?: (progress: ImportProgress) => void
  /** Aborting stops after the step that is under way, and rejects with `import/aborted`. */
  readonly signal?: AbortSignal
}

/** What became of one step of an import. */
export interface ImportStep extends ImportProgress {
  /** The element, counted within the step, that stopped it, or the first of those that could not be stored; and why. */
  readonly failed?: { readonly element: number; readonly error: unknown }
}
