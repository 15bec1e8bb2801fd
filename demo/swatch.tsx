/** A dot of the colour, beside its name. */
export const Swatch = ({ color }: { readonly color: string }) => (
  <span className="swatch" data-color={color} aria-hidden="true" />
)
