import { fileURLToPath } from 'node:url'

/** A path of this folder, as seen from where the build puts what runs: bench/.build/node. */
export const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
