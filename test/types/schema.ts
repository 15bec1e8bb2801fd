import { defineSchema } from 'annals'

/** A shop with every kind of attribute. */
export const schema = defineSchema({
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/color': { type: 'ref', idents: [':red', ':green', ':blue'] },
  'inv/count': { type: 'long', index: true },
  'inv/weight': { type: 'double' },
  'inv/price': { type: 'bigdec' },
  'inv/stars': { type: 'bigint' },
  'inv/tags': { type: 'keyword', many: true },
  'inv/aka': { type: 'string', many: true },
  'inv/since': { type: 'instant' },
  'inv/photo': { type: 'bytes' },
  'inv/uuid': { type: 'uuid', unique: 'value' },
  'inv/sold': { type: 'boolean' },
  'inv/at': { type: 'tuple', tupleTypes: ['double', 'double'] },
  'inv/sizes': { type: 'tuple', tupleType: 'long' },
  'inv/key': { type: 'tuple', tupleAttrs: ['inv/sku', 'inv/count'] },
  'order/no': { type: 'long', unique: 'identity' },
  'order/items': { type: 'ref', many: true, component: true },
  'order/buyer': { type: 'ref' },
  'item/inv': { type: 'ref' },
  'item/count': { type: 'long' },
  'part/of': { type: 'ref', many: true },
})
