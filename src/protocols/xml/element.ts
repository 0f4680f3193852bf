/** One element held in memory while its record is read. Records are small; the file as a whole is never held. */
export type XmlElement = {
  readonly name: string
  readonly line: number
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  /** Text of a leaf, trimmed. */
  text: string
}

export function newElement(
  name: string,
  attributes: Readonly<Record<string, string>>,
  line: number,
): XmlElement {
  return { name, attributes, line, children: [], text: '' }
}

/** The first element at the end of a path of names below `element`. */
export function at(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let here = element
  for (const name of path) here = here?.children.find((child) => child.name === name)
  return here
}

/** All elements at the end of a path of names, in file order. */
export function all(element: XmlElement | undefined, ...path: readonly string[]): readonly XmlElement[] {
  let here: readonly XmlElement[] = element ? [element] : []
  for (const name of path) here = here.flatMap((one) => one.children.filter((child) => child.name === name))
  return here
}

/** Text at the end of a path; undefined where there is no such element or it is blank. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  return at(element, ...path)?.text || undefined
}
