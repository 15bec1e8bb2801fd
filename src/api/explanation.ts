/** How a query was run. */
export interface Explanation {
  /** The clauses in the order in which they were run. */
  readonly steps: readonly ExplainedStep[]
  /** Rows of the answer; 1 or 0 for a single tuple or value. */
  readonly rows: number
  /** Times that the query waited for segments which were not in memory. */
  readonly waits: number
  /** Segments that were fetched meanwhile, for whomever. */
  readonly segments: number
  /** Milliseconds: for parsing and resolving (none when that was done before), and in all. */
  readonly prepareMs: number
  readonly ms: number
}

/** One step of a plan that was carried out. */
export interface ExplainedStep {
  /** The clause as EDN. */
  readonly clause: string
  readonly kind: string
  /** Rows that the planner expects; undefined for those that come from an index in the order that is asked for. */
  readonly estimated: number | undefined
  /** Rows of the relation that the step made. */
  readonly rows: number
  /** Milliseconds, steps within included. */
  readonly ms: number
  /** Steps of the clauses within, each time they ran. */
  readonly steps: readonly ExplainedStep[]
}
