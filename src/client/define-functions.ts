import type { Functions } from '../api/functions.ts'

/** Keeps the types of an application's transaction functions. Does nothing at run time. */
export function defineFunctions<const F extends Functions>(functions: F): F {
  return functions
}
