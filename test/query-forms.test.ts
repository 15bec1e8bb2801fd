import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import { parseQuery } from '../src/query/parse-query.ts'
import { parseRules } from '../src/query/parse-rules.ts'

interface Example {
  readonly kind: 'query' | 'rules'
  readonly edn: string
  readonly js: string
}

async function examples(): Promise<Example[]> {
  const text = await readFile(new URL('../docs/data-form.md', import.meta.url), 'utf8')
  const blocks = Array.from(text.matchAll(/```(edn|js)( rules)?\n([\s\S]*?)```/g), ([, form, rules, body]) => ({
    form,
    kind: rules === undefined ? ('query' as const) : ('rules' as const),
    body: body as string,
  }))
  const out: Example[] = []
  for (let i = 0; i < blocks.length; i += 2) {
    const [edn, js] = blocks.slice(i, i + 2)
    if (edn?.form !== 'edn' || js?.form !== 'js') throw new Error(`the examples do not come in pairs: ${edn?.body}`)
    out.push({ kind: edn.kind, edn: edn.body, js: js.body })
  }
  return out
}

const evaluate = async (js: string): Promise<unknown> => {
  const code = `const kw = (x) => ({ $kw: x }), lit = (x) => ({ $lit: x }); export default (${js})`
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).default
}

/** A tree without the forms it was read from, and with keywords, names and text alike: that they differ is for types to tell. */
function bare(x: unknown): unknown {
  if (typeof x === 'string') return x.replace(/^:/, '')
  if (typeof x !== 'object' || x === null || x instanceof Date) return x
  if (Array.isArray(x)) return x.map(bare)
  if (x instanceof Map) return Object.fromEntries(Array.from(x, ([k, v]) => [String(bare(k)), bare(v)]))
  if ('$kw' in x) return bare(x.$kw)
  if ('$sym' in x) return bare(x.$sym)
  if ('$list' in x) return bare(x.$list)
  if ('$lit' in x) return bare(x.$lit)
  return Object.fromEntries(
    Object.entries(x)
      .filter(([key]) => key !== 'form')
      .map(([key, value]) => [
        key,
        key === 'value' && isSubquery(value) ? bare(parseQuery(plain(value))) : bare(value),
      ]),
  )
}
const plain = (x: unknown): unknown => (typeof x === 'object' && x !== null && '$lit' in x ? x.$lit : x)
const isSubquery = (x: unknown): boolean => {
  const q = plain(x)
  if (Array.isArray(q)) return JSON.stringify(q[0]) === '{"$kw":":find"}'
  return typeof q === 'object' && q !== null && Object.hasOwn(q, 'find')
}

describe('the two notations', async () => {
  for (const { kind, edn, js } of await examples()) {
    it(`say the same: ${edn.replaceAll(/\s+/g, ' ').slice(0, 90)}`, async () => {
      const data = await evaluate(js)
      const parse = kind === 'rules' ? parseRules : parseQuery
      expect(bare(parse(data))).toEqual(bare(parse(edn)))
    })
  }
})

const refused = (f: () => unknown): { code: string; message: string } => {
  try {
    f()
  } catch (e) {
    if (isAnnalsError(e)) return e
    throw e
  }
  throw new Error('it was accepted')
}

describe('what is no query is refused, saying what was found and what was wanted', () => {
  it.each<[unknown, string]>([
    [42, 'a query: EDN text, or an object'],
    [null, 'a query: EDN text, or an object'],
    ['[]', ':find with at least one element'],
    ['[?e]', 'one of :find'],
    ['[:find]', ':find with at least one element'],
    ['[:find ?e :find ?x :where [?e :a]]', ':find once'],
    ['{:find [?e] :wher []}', 'one of :find'],
    [{ find: ['?e'], wher: [] }, 'one of the keys find'],
    [{ find: '?e' }, 'find: a list'],
    [{ find: [5] }, 'a variable, an aggregate'],
    ['[:find e]', 'a variable, an aggregate'],
    ['[:find (max)]', 'a variable at the end of an aggregate'],
    ['[:find (pull ?e)]', 'a pull such as'],
    ['[:find [?a ?b] ?c]', 'nothing beside it'],
    ['[:find ?a ?b :keys a]', 'as many names'],
    ['[:find ?a ?b :keys a a]', 'a different name for every column'],
    ['[:find [?a ...] :keys a]', 'this :find makes none'],
    ['[:find ?e :with e]', 'a variable such as ?x'],
    ['[:find ?e :in $ $]', 'every source and name in :in once'],
    ['[:find ?e :in % $ %]', 'every source and name in :in once'],
    ['[:find ?a :keys __proto__]', 'none of them __proto__'],
    ['[:find ?e :in [?x 5]]', 'a binding'],
    ['[:find ?e :where ?e]', 'a clause'],
    ['[:find ?e :where []]', 'a clause'],
    ['[:find ?e :where [e :a]]', 'a variable such as ?x, a blank _ or a constant'],
    ['[:find ?e :where [(?f 1)]]', 'the name of a function'],
    ['[:find ?e :where [(f 1) ?x ?y]]', 'one binding at most'],
    ['[:find ?e :where (not)]', 'at least one clause'],
    ['[:find ?e :where (or)]', 'at least one branch'],
    ['[:find ?e :where (not-join [?e])]', 'at least one clause'],
    ['[:find ?e :where (not-join ?e [?e :a])]', 'the variables to join on'],
    ['[:find ?e :where (or-join [] [?e :a])]', 'the variables to join on'],
    ['[:find ?e :where (rule)]', 'a rule call with at least one argument'],
    ['[:find ?e :where [?e :a] :order-by ?x]', 'to order by an element of :find'],
    ['[:find (pull ?e [*]) :where [?e :a] :order-by (pull ?e [*])]', 'to order by'],
    ['[:find ?e :where [?e :a] :limit -1]', 'one limit: a whole number'],
    ['[:find ?e :where [?e :a] :offset 1.5]', 'one offset: a whole number'],
    [{ find: ['?e'], where: [{ a: 1 }] }, 'a clause, a list'],
    [{ find: ['?e'], where: [['?e', 'a', () => 1]] }, 'a constant'],
    [{ find: ['?e'], where: [[[5], '?x']] }, 'an expression such as'],
  ])('%j', (query, wanted) => {
    const error = refused(() => parseQuery(query))
    expect(error.code).toBe('query/malformed')
    expect(error.message).toContain(wanted)
  })

  it.each<[unknown, string]>([
    [42, 'rules such as'],
    ['[[(r ?a)]]', 'at least one clause'],
    ['[[r [?a :b]]]', 'rules such as'],
    ['[[(r 5) [?a :b]]]', 'different variables as parameters'],
    ['[[(r ?a ?a) [?a :b]]]', 'different variables as parameters'],
    ['[[(r) [?a :b]]]', 'different variables as parameters'],
    ['[[(?r ?a) [?a :b]]]', 'the name of the rule'],
    ['[[(r ?a) [?a :b]] [(r ?a ?b) [?a :b ?b]]]', 'the same parameters in every body'],
  ])('rules %j', (rules, wanted) => {
    const error = refused(() => parseRules(rules))
    expect(error.code).toBe('query/malformed')
    expect(error.message).toContain(wanted)
  })

  it('however deep', () => {
    let deep: unknown = ['?e', 'a']
    for (let i = 0; i < 100_000; i++) deep = ['not', deep]
    expect(refused(() => parseQuery({ find: ['?e'], where: [deep] })).code).toBe('query/malformed')
    let list: unknown = 1
    for (let i = 0; i < 100_000; i++) list = [list]
    expect(refused(() => parseQuery({ find: ['?e'], where: [['?e', 'a', list]] })).code).toBe('query/malformed')
    expect(refused(() => parseQuery(`[:find ?e :where ${'(not '.repeat(100_000)}`)).code).toMatch(/^edn\//)
  })
})
