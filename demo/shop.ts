import type { Connection } from 'annals'
import { createContext, useContext } from 'react'
import type { Stock } from './stock.ts'

/** A short message about what just happened. */
export interface Notice {
  readonly text: string
  readonly tone: 'done' | 'refused'
  /** The transaction that the notice is about, and why it was made, where it can be undone from here. */
  readonly undo?: { readonly id: string; readonly reason: string }
}

/** What every part of the page works with. */
export interface Shop {
  readonly conn: Connection
  readonly stock: Stock
  readonly user: string
  /** Shows a notice in place of the last one. */
  readonly notify: (notice: Notice | undefined) => void
  /** Does something and shows what went wrong, if it did; resolves to whether it went well. */
  readonly attempt: (doing: () => Promise<unknown>) => Promise<boolean>
}

export const ShopContext = createContext<Shop | undefined>(undefined)

export function useShop(): Shop {
  const shop = useContext(ShopContext)
  if (shop === undefined) throw new Error('a part of the page stands outside of ShopContext')
  return shop
}
