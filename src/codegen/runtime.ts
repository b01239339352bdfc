/** A path that the layout does not allow, or cannot tell. */
export class LayoutError extends Error {}

/** Where a use case keeps its objects: a bucket, and a prefix in it. */
export interface Entry {
  readonly bucket: string;
  readonly prefix?: string;
  readonly role?: string;
}

/** What a URI is: its area, and the values of its placeholders. */
export interface Location {
  readonly area: string;
  readonly generation: string | null;
  readonly bucket: string;
  readonly key: string;
  readonly values: ReadonlyMap<string, string>;
}

export type State = "current" | "moved" | "kept" | "retired" | "unnamed" | "unfit" | "unknown";

/**
 * Where a location is now. `uri` is the place that the layout asks for, if there is one; `places` are the URIs to try
 * while both layouts are in use, the best first; `missing` names the placeholders that would have to be known.
 */
export interface Resolved {
  readonly state: State;
  readonly uri: string | null;
  readonly places: readonly string[];
  readonly missing: readonly string[];
  readonly why: string;
}

interface Placeholder {
  readonly pattern: RegExp;
  readonly maxLength: number;
  readonly excluded: readonly string[];
  readonly aliases: ReadonlyMap<string, string>;
  readonly replace: readonly [RegExp, string] | null;
}

interface Legacy {
  readonly name: string;
  readonly sources: readonly string[];
  readonly target: string;
  readonly keep: string;
  readonly retire: string;
  readonly atRoot: boolean;
}

interface Area {
  readonly name: string;
  readonly path: string;
  readonly role: string;
  readonly atRoot: boolean;
  readonly fallback: boolean;
  readonly legacy: readonly Legacy[];
}

interface Found {
  readonly area: Area;
  readonly legacy: Legacy | null;
  readonly entry: Entry | null;
  readonly values: ReadonlyMap<string, string>;
}

type Kind = "text" | "star" | "hole" | "**";
type Piece = readonly [Kind, string];
type Values = ReadonlyMap<string, string>;

const MAX_KEY_BYTES = 1024;

/** Bucket and key of an `s3://` URI; the key is taken as it stands. */
export function splitUri(uri: string): [bucket: string, key: string] {
  if (!uri.startsWith("s3://")) throw new LayoutError(`${uri} is no s3:// URI`);
  const rest = uri.slice(5);
  const slash = rest.indexOf("/");
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  if (bucket === "") throw new LayoutError(`${uri} names no bucket`);
  return [bucket, slash < 0 ? "" : rest.slice(slash + 1)];
}

/**
 * What a URI is by the layout, old places included; `null` if nothing declares it. `entries` says where the use cases
 * are, if not where the layout declares them.
 */
export function parse(uri: string, entries: readonly Entry[] = ENTRIES): Location | null {
  const [bucket, key] = splitUri(uri);
  const found = identify(bucket, key, entries);
  if (found === null) return null;
  return { area: found.area.name, generation: found.legacy?.name ?? null, bucket, key, values: found.values };
}

/**
 * Where a location of the old or the new layout is now; it stays in its bucket. `known` gives placeholders that an old
 * key does not tell.
 */
export function resolve(
  uri: string,
  entries: readonly Entry[] = ENTRIES,
  known: Readonly<Record<string, string>> = {},
): Resolved {
  const [bucket, key] = splitUri(uri);
  const found = identify(bucket, key, entries);
  const answer = (state: State, place: string | null, why = "", missing: readonly string[] = []): Resolved => ({
    state,
    uri: place,
    places: place === null || place === uri ? [uri] : [place, uri],
    missing,
    why,
  });
  if (found === null) return { state: "unknown", uri: null, places: [], missing: [], why: "nothing declares it" };
  if (found.legacy === null) return answer("current", uri);
  if (found.legacy.keep !== "") return answer("kept", uri, found.legacy.keep);
  if (found.legacy.retire !== "") return answer("retired", null, found.legacy.retire);
  const [state, text, missing] = target(bucket, key, found, found.legacy, entries, new Map(Object.entries(known)));
  return state === "moved" ? answer(state, `s3://${bucket}/${text}`) : answer(state, null, text, missing);
}

/** The value that a record's spelling means. */
export function normalise(placeholder: string, value: string): string {
  const form = PLACEHOLDERS.get(placeholder);
  const meant = form?.aliases.get(value);
  if (meant !== undefined) return meant;
  if (form === undefined || form.replace === null) return value;
  const [pattern, text] = form.replace;
  return value.replace(pattern, () => text);
}

function takes(placeholder: string, text: string): boolean {
  const form = PLACEHOLDERS.get(placeholder);
  if (form === undefined) return placeholder === "file" && text !== "" && !text.includes("/");
  return form.pattern.test(text) && !form.excluded.includes(text) && byteLength(text) <= form.maxLength;
}

function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

function read(template: string): Piece[][] {
  return template.split("/").map((segment): Piece[] => {
    if (segment === "**") return [["**", ""]];
    if (segment.startsWith("{") && segment.endsWith("**}")) return [["**", segment.slice(1, -3)]];
    const pieces: Piece[] = [];
    for (const found of segment.matchAll(/\{\{|\}\}|\{([^}]*)\}|\*|[^{}*]+/gu)) {
      const text = found[0];
      if (found[1] !== undefined) pieces.push(["hole", found[1]]);
      else if (text === "*") pieces.push(["star", ""]);
      else pieces.push(["text", text === "{{" ? "{" : text === "}}" ? "}" : text]);
    }
    return pieces;
  });
}

function isRest(pieces: readonly Piece[]): string | null {
  const first = pieces[0];
  return first !== undefined && first[0] === "**" ? first[1] : null;
}

function match(template: string, key: string, bucket: string): Values | null {
  const segments = read(template);
  const texts = key.split("/");
  const walk = (index: number, at: number, values: Values): Values | null => {
    const pieces = segments[index];
    if (pieces === undefined) return at === texts.length ? values : null;
    const text = texts[at];
    if (text === undefined) return null;
    const name = isRest(pieces);
    if (name !== null && index + 1 === segments.length) {
      const rest = texts.slice(at).join("/");
      return rest === "" ? null : joined(values, [[name, rest]]);
    }
    if (name !== null) {
      for (let start = at; start < texts.length; start += 1) {
        const found = walk(index + 1, start, values);
        if (found !== null) return found;
      }
      return null;
    }
    const held = split(pieces, text, bucket);
    const longer = held === null ? null : joined(values, held);
    return longer === null ? null : walk(index + 1, at + 1, longer);
  };
  return walk(0, 0, new Map());
}

function joined(values: Values, held: readonly (readonly [string, string])[]): Values | null {
  const longer = new Map(values);
  for (const [name, text] of held) {
    if (name === "") continue;
    if ((longer.get(name) ?? text) !== text) return null;
    longer.set(name, text);
  }
  return longer;
}

/** The values in one segment; the earlier piece takes the less. */
function split(pieces: readonly Piece[], text: string, bucket: string): [string, string][] | null {
  if (text === "" && pieces.length === 1 && pieces[0]?.[0] === "star") return null;
  const failed = new Set<string>();
  const fits = (index: number, at: number): [string, string][] | null => {
    const piece = pieces[index];
    if (piece === undefined) return at === text.length ? [] : null;
    if (failed.has(`${index} ${at}`)) return null;
    const isHole = piece[0] === "hole" && piece[1] !== "bucket";
    if (piece[0] === "text" || piece[1] === "bucket") {
      const literal = piece[0] === "text" ? piece[1] : bucket;
      const found = text.startsWith(literal, at) ? fits(index + 1, at + literal.length) : null;
      if (found !== null) return found;
    } else {
      for (let end = isHole ? at + 1 : at; end <= text.length; end += 1) {
        if (isHole && !takes(piece[1], text.slice(at, end))) continue;
        const found = fits(index + 1, end);
        if (found !== null) return isHole ? [[piece[1], text.slice(at, end)], ...found] : found;
      }
    }
    failed.add(`${index} ${at}`);
    return null;
  };
  return fits(0, 0);
}

function identify(bucket: string, key: string, entries: readonly Entry[]): Found | null {
  if (byteLength(key) > MAX_KEY_BYTES) return null;
  const own = entries.filter((entry) => entry.bucket === bucket);
  for (const [area, legacy, entry, template] of templates(own)) {
    const prefix = entry?.prefix ?? "";
    if (!key.startsWith(prefix)) continue;
    const values = match(template, key.slice(prefix.length), bucket);
    if (values !== null) return { area, legacy, entry, values };
  }
  return null;
}

/** Every template as it holds for these entries, the best first. */
function* templates(own: readonly Entry[]): Generator<[Area, Legacy | null, Entry | null, string]> {
  for (const fallback of [false, true]) {
    for (const area of AREAS) {
      if (area.fallback !== fallback) continue;
      for (const entry of starts(own, area.role, area.atRoot)) yield [area, null, entry, area.path];
    }
    if (fallback) continue;
    for (const area of AREAS) {
      for (const legacy of area.legacy) {
        for (const entry of starts(own, area.role, legacy.atRoot)) {
          for (const source of legacy.sources) yield [area, legacy, entry, source];
        }
      }
    }
  }
}

function roleOf(entry: Entry): string {
  return entry.role ?? "output";
}

function byPrefix(one: Entry, other: Entry): number {
  return byteLength(other.prefix ?? "") - byteLength(one.prefix ?? "");
}

function starts(own: readonly Entry[], role: string, atRoot: boolean): (Entry | null)[] {
  const fitting = own.filter((entry) => roleOf(entry) === role);
  if (atRoot) return fitting.length > 0 ? [null] : [];
  return fitting.sort(byPrefix);
}

/** The new key of an old one: a state, the key or the reason, what is missing. */
function target(
  bucket: string,
  key: string,
  found: Found,
  legacy: Legacy,
  entries: readonly Entry[],
  known: ReadonlyMap<string, string>,
): [State, string, string[]] {
  const missing: string[] = [];
  const parts: string[] = [];
  let prefix = "";
  if (!found.area.atRoot) {
    const fitting = entries.filter((entry) => entry.bucket === bucket && roleOf(entry) === found.area.role);
    const above = fitting.filter((entry) => key.startsWith(entry.prefix ?? "")).sort(byPrefix);
    const only = fitting.length === 1 ? fitting[0] : undefined;
    const entry = found.entry ?? above[0] ?? only;
    if (entry === undefined) missing.push("the use case");
    else prefix = entry.prefix ?? "";
  }
  for (const pieces of read(legacy.target)) {
    const name = isRest(pieces);
    if (name !== null) {
      const rest = withoutEmpty(found.values.get(name) ?? "");
      if (rest === "") return ["unfit", "nothing but / is left of the rest of its key", []];
      parts.push(rest);
      continue;
    }
    let text = "";
    let told = true;
    for (const [kind, piece] of pieces) {
      const held = kind === "text" ? piece : piece === "bucket" ? bucket : found.values.get(piece);
      const given = held ?? known.get(piece);
      if (given === undefined) {
        told = false;
        if (!missing.includes(piece)) missing.push(piece);
      } else if (held === undefined) {
        const value = normalise(piece, given);
        if (told && !takes(piece, value)) return ["unfit", `${value} is not of the form of {${piece}}`, []];
        text += value;
      } else {
        text += held;
      }
    }
    parts.push(text);
  }
  if (missing.length > 0) return ["unnamed", "its key does not tell everything", missing];
  const made = prefix + parts.join("/");
  return byteLength(made) > MAX_KEY_BYTES ? ["unfit", "its new key would be too long", []] : ["moved", made, []];
}

function withoutEmpty(text: string): string {
  const kept = text.split("/").filter((segment) => segment !== "").join("/");
  return kept !== "" && text.endsWith("/") ? `${kept}/` : kept;
}

/** The URI of an area's key, or of its folder if only so many segments are wanted. */
function write(
  name: string,
  entry: Entry,
  values: Readonly<Record<string, string>>,
  rest: string | null,
  segments: number | null,
): string {
  const area = AREAS.find((known) => known.name === name);
  if (area === undefined || roleOf(entry) !== area.role) {
    throw new LayoutError(`area ${name} is for entries of role ${area?.role ?? ""}`);
  }
  const all = read(area.path);
  const parts: string[] = [];
  for (const pieces of segments === null ? all : all.slice(0, segments)) {
    if (isRest(pieces) !== null) {
      if (rest !== null && rest !== "") parts.push(rest);
      continue;
    }
    let text = "";
    for (const [kind, piece] of pieces) {
      if (kind === "text") text += piece;
      else if (kind === "star") text += rest ?? "";
      else if (piece === "bucket") text += entry.bucket;
      else {
        const value = normalise(piece, values[piece] ?? "");
        if (!takes(piece, value)) throw new LayoutError(`${value} is not of the form of {${piece}}`);
        text += value;
      }
    }
    parts.push(text);
  }
  const prefix = area.atRoot ? "" : (entry.prefix ?? "");
  if (segments !== null) {
    const folder = prefix + parts.map((part) => `${part}/`).join("");
    refuseOddSegments(folder);
    return `s3://${entry.bucket}/${folder}`;
  }
  const isOpen = all.some((pieces) => pieces.some(([kind]) => kind === "star" || kind === "**"));
  if (isOpen && (rest === null || rest === "")) {
    throw new LayoutError(`what follows the folder of ${area.path} is not given`);
  }
  const key = prefix + parts.join("/");
  if (byteLength(key) > MAX_KEY_BYTES) throw new LayoutError(`the key would be longer than ${MAX_KEY_BYTES} bytes`);
  refuseOddSegments(key);
  const found = identify(entry.bucket, key, [entry]);
  if (found === null || found.legacy !== null || found.area.name !== name) {
    throw new LayoutError(`${key} would not lie in area ${name}`);
  }
  return `s3://${entry.bucket}/${key}`;
}

function refuseOddSegments(key: string): void {
  const all = key.split("/");
  if (all.slice(0, -1).includes("") || all.includes(".") || all.includes("..")) {
    throw new LayoutError(`${key} has an empty segment, or . or .. as one`);
  }
}
