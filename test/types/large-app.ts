const TYPES = ['string', 'long', 'double', 'instant', 'boolean', 'keyword', 'uuid', 'ref', 'bigdec', 'bigint']

/** The source of an application with `attributes` attributes and `queries` queries, each of another shape than the last. */
export function largeApp(attributes: number, queries: number): string {
  const name = (i: number): string => `group${i % 20}/attribute${i % attributes}`
  const defs = Array.from({ length: attributes }, (_, i) => {
    const rest = i % 10 === 7 ? ", idents: [':red', ':green']" : i % 7 === 0 ? ", unique: 'identity'" : ''
    return `  '${name(i)}': { type: '${TYPES[i % 10]}'${rest}${i % 9 === 0 ? ', many: true' : ''} },`
  })
  const asked = Array.from({ length: queries }, (_, i) => {
    const [a, b, c, d] = [name(i), name(i * 3 + 1), name(i * 7 + 2), name(i * 11 + 3)]
    return `  await db.q({
    find: ['?e', '?x', ['count', '?y'], ['pull', '?e', ['${a}', { 'group7/attribute7': ['db/ident', '${b}'] }]]],
    in: ['$', ['?y', '...']],
    where: [
      ['?e', '${a}', '?x'],
      ['?e', '${b}', '?y'],
      ['or', ['?e', '${c}', '_'], ['and', ['?e', '${d}', '?z'], [['!=', '?z', '?x']]]],
      ['not', ['?e', '${d}', '?x']],
      [['str', '?x', ${i}], '?text'],
    ],
  }, [[]]),`
  })
  return `import { type Db, defineSchema } from 'annals'
const schema = defineSchema({
${defs.join('\n')}
})
export const ask = async (db: Db<typeof schema>) => [
${asked.join('\n')}
]
`
}
