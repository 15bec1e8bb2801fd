import { defineSchema } from 'annals'

export const COLORS = [':red', ':green', ':blue', ':yellow'] as const
export const SIZES = [':small', ':medium', ':large', ':xlarge'] as const
export const TYPES = [':shirt', ':pants', ':dress', ':hat'] as const

export const schema = defineSchema({
  'inv/sku': { type: 'string', unique: 'identity', doc: 'What the shop calls an item.' },
  'inv/color': { type: 'ref', idents: COLORS },
  'inv/size': { type: 'ref', idents: SIZES },
  'inv/type': { type: 'ref', idents: TYPES },
  'inv/count': { type: 'long', index: true, doc: 'Pieces in stock; absent until somebody counted.' },
  'change/by': { type: 'string', doc: 'The name that the author of a transaction gave, on the transaction itself.' },
})
