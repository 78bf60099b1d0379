/** The shape of all texts is that of the Chinese ones; English must have exactly the same. */
import type zh from './zh'

export type Messages = Texts<typeof zh>

export type Texts<T> = { readonly [K in keyof T]: T[K] extends string ? string : Texts<T[K]> }
