/** From follower to followed. Nodes are numbered from 1. */
export type Edge = readonly [from: number, to: number]

/** A tree in which every node has `width` children, down to `depth`. */
export function wideTree(depth: number, width: number): Edge[] {
  const edges: Edge[] = []
  let level = [1]
  let next = 2
  for (let d = 0; d < depth; d++) {
    const below: number[] = []
    for (const from of level) {
      for (let i = 0; i < width; i++) {
        edges.push([from, next])
        below.push(next++)
      }
    }
    level = below
  }
  return edges
}

/** `width` chains of `depth` edges each. */
export function longTree(depth: number, width: number): Edge[] {
  const edges: Edge[] = []
  for (let chain = 0; chain < width; chain++) {
    const first = 1 + chain * (depth + 1)
    for (let d = 0; d < depth; d++) edges.push([first + d, first + d + 1])
  }
  return edges
}
