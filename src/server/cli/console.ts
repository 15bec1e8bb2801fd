/** What the command may do to the world around it. */
export interface Console {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Aborts when the command is to end in good order. */
  readonly signal: AbortSignal
  /** Standard input. */
  readonly input?: AsyncIterable<Uint8Array>
  /** The environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
}
