import type { XmlAttributes } from './attributes.ts'

/** One element held in memory while its record is read. Records are small; the file as a whole is never held. */
export type XmlElement = {
  name: string
  line: number
  attributes: XmlAttributes
  /** Text of a leaf, trimmed. */
  text: string
  /** Its children are a chain: most elements have none, and a list for each would cost more than the element. */
  first: XmlElement | undefined
  last: XmlElement | undefined
  next: XmlElement | undefined
}

export function newElement(name: string, attributes: XmlAttributes, line: number): XmlElement {
  return { name, line, attributes, text: '', first: undefined, last: undefined, next: undefined }
}

/**
 * Elements that are used again: an entry has fifty of them, and a file a hundred thousand entries. What was taken at
 * a place is over when the place is taken again.
 */
export function createElementPool() {
  const pool: XmlElement[] = []
  return (place: number, name: string, attributes: XmlAttributes, line: number): XmlElement => {
    const element = pool[place]
    if (element === undefined) {
      const made = newElement(name, attributes, line)
      pool[place] = made
      return made
    }
    element.name = name
    element.line = line
    element.attributes = attributes
    element.text = ''
    element.first = undefined
    element.last = undefined
    element.next = undefined
    return element
  }
}

/** Adds a child at the end. */
export function append(parent: XmlElement, child: XmlElement): void {
  if (parent.last === undefined) parent.first = child
  else parent.last.next = child
  parent.last = child
}

/** The first child of a name. */
function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  let child = element?.first
  while (child !== undefined && child.name !== name) child = child.next
  return child
}

/** The first element at the end of a path of up to five names below `element`. */
export function at(
  element: XmlElement | undefined,
  name: string,
  second?: string,
  third?: string,
  fourth?: string,
  fifth?: string,
): XmlElement | undefined {
  let here = childOf(element, name)
  if (second !== undefined) here = childOf(here, second)
  if (third !== undefined) here = childOf(here, third)
  if (fourth !== undefined) here = childOf(here, fourth)
  return fifth === undefined ? here : childOf(here, fifth)
}

const none: readonly XmlElement[] = []

/** All elements at the end of a path of names, in file order. */
export function all(element: XmlElement | undefined, ...path: readonly string[]): readonly XmlElement[] {
  let here = element ? [element] : none
  for (const name of path) {
    if (here.length === 0) return none
    here = childrenOf(here, name)
  }
  return here
}

function childrenOf(elements: readonly XmlElement[], name: string): readonly XmlElement[] {
  let found: XmlElement[] | undefined
  for (const element of elements) {
    for (let child = element.first; child !== undefined; child = child.next) {
      if (child.name !== name) continue
      if (found) found.push(child)
      else found = [child]
    }
  }
  return found ?? none
}

/** Text at the end of a path; undefined where there is no such element or it is blank. */
export function textAt(
  element: XmlElement | undefined,
  name: string,
  second?: string,
  third?: string,
  fourth?: string,
  fifth?: string,
): string | undefined {
  return at(element, name, second, third, fourth, fifth)?.text || undefined
}
