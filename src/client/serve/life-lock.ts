import { randomUuid } from '../../base/random-uuid.ts'
/**
 * A Web Lock that this worker holds for its life: whoever else asks for it learns of its death. undefined where there are no
 * locks: old browsers, pages that are neither https nor localhost.
 */
export async function holdLifeLock(): Promise<{ readonly name: string; readonly release: () => void } | undefined> {
  const locks = globalThis.navigator?.locks
  if (locks === undefined) return undefined
  const name = `annals/life/${randomUuid()}`
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  try {
    await new Promise<void>((granted, refused) => {
      locks
        .request(name, () => {
          granted()
          return held
        })
        .catch(refused)
    })
    return { name, release }
  } catch {
    return undefined // an origin that may not have locks
  }
}
