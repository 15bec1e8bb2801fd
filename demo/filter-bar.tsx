import { wordOf } from './item.ts'
import { type ItemFilter, TRAITS, type Trait, toggled } from './item-filter.ts'
import { COLORS, SIZES, TYPES } from './schema.ts'
import { Swatch } from './swatch.tsx'

interface Props {
  readonly filter: ItemFilter
  readonly onFilter: (filter: ItemFilter) => void
}

const VALUES: Readonly<Record<Trait, readonly string[]>> = { color: COLORS, size: SIZES, type: TYPES }
const NAMES: Readonly<Record<Trait, string>> = { color: 'Colour', size: 'Size', type: 'Type' }

/** Search by words, filter by traits. */
export function FilterBar({ filter, onFilter }: Props) {
  return (
    <search className="filters">
      <input
        type="search"
        aria-label="Search items"
        placeholder="Search: blue dress"
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.target.value })}
      />
      {TRAITS.map((trait) => (
        <fieldset key={trait}>
          <legend className="hidden">{NAMES[trait]}</legend>
          {VALUES[trait].map((value) => (
            <button
              key={value}
              type="button"
              className="chip"
              aria-pressed={filter.traits[trait].has(value)}
              onClick={() => onFilter(toggled(filter, trait, value))}
            >
              {trait === 'color' && <Swatch color={wordOf(value)} />}
              {wordOf(value)}
            </button>
          ))}
        </fieldset>
      ))}
    </search>
  )
}
