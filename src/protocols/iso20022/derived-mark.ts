/** Proprietary sub-type of a balance that no bank stated: it was worked out from entries that are proven. */
export const derivedMark = 'DERIVED'
