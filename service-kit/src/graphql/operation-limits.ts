import {
  type ExecutionArgs,
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'
import type { GraphqlLimits } from './limits.ts'

/** A longer alias is refused: it stands in the answer once for each entity. */
const aliasLengthMax = 100
/** Entries that a list is taken to have where the request does not say. */
const defaultEntries: Readonly<Record<string, number>> = { items: 5 }
const otherEntries = 10
const connectionEntries = 20

/** What an operation asks for, fragments counted wherever they are spread. */
interface Size {
  readonly depth: number
  readonly aliases: number
  readonly cost: number
  readonly aliasLength: number
}

const nothing: Size = { depth: 0, aliases: 0, cost: 0, aliasLength: 0 }

/** Says which limits a valid operation exceeds, before any of it runs. */
export function exceededLimits(
  args: ExecutionArgs,
  limits: Pick<GraphqlLimits, 'depthMax' | 'aliasesMax' | 'costMax'>,
): readonly GraphQLError[] {
  const operation = getOperationAST(args.document, args.operationName)
  const type = operation && args.schema.getRootType(operation.operation)
  if (!operation || !type) return []
  const { depth, aliases, cost, aliasLength } = new Measure(args).selection(operation.selectionSet, type)
  return [
    tooMuch('fields one inside the other', depth, limits.depthMax),
    tooMuch('aliases', aliases, limits.aliasesMax),
    tooMuch('values', cost, limits.costMax),
    tooMuch('characters in an alias', aliasLength, aliasLengthMax),
  ].filter((error) => error !== undefined)
}

function tooMuch(what: string, count: number, max: number): GraphQLError | undefined {
  if (count <= max) return undefined
  const http = { status: 400, spec: true }
  return new GraphQLError(`the operation has ${count} ${what}, more than ${max}`, {
    extensions: { code: 'RESOURCE_EXHAUSTED', http },
  })
}

class Measure {
  readonly #args: ExecutionArgs
  /** Each fragment is measured once, however often it is spread. */
  readonly #fragments = new Map<string, Size>()

  constructor(args: ExecutionArgs) {
    this.#args = args
  }

  selection({ selections }: SelectionSetNode, parent: GraphQLObjectType): Size {
    return selections.map((node) => this.#node(node, parent)).reduce(add, nothing)
  }

  #node(node: SelectionNode, parent: GraphQLObjectType): Size {
    if (node.kind === Kind.FIELD) return this.#field(node, parent)
    if (node.kind === Kind.INLINE_FRAGMENT) return this.selection(node.selectionSet, parent)
    const name = node.name.value
    const size = this.#fragments.get(name) ?? this.#fragment(name)
    this.#fragments.set(name, size)
    return size
  }

  #fragment(name: string): Size {
    for (const definition of this.#args.document.definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION || definition.name.value !== name) continue
      const type = this.#args.schema.getType(definition.typeCondition.name.value)
      return isObjectType(type) ? this.selection(definition.selectionSet, type) : nothing
    }
    return nothing
  }

  #field(node: FieldNode, parent: GraphQLObjectType): Size {
    const { name, alias, selectionSet } = node
    const own = { aliases: alias ? 1 : 0, aliasLength: alias?.value.length ?? 0 }
    const field = parent.getFields()[name.value]
    // Introspection costs nothing: graphql bounds its depth by a rule of its own.
    if (field === undefined) return { ...nothing, ...own }
    const type = getNamedType(field.type)
    if (selectionSet === undefined || !isObjectType(type)) return { ...own, depth: 1, cost: 1 }
    const inner = this.selection(selectionSet, type)
    const isList = isListType(getNullableType(field.type)) && !isConnection(parent)
    const entries = isList || isConnection(type) ? this.#entries(node, isConnection(type)) : 1
    return {
      depth: 1 + inner.depth,
      aliases: own.aliases + inner.aliases,
      cost: 1 + entries * inner.cost,
      aliasLength: Math.max(own.aliasLength, inner.aliasLength),
    }
  }

  /** How many entries a list is asked for. */
  #entries({ name, arguments: given = [] }: FieldNode, isOfConnection: boolean): number {
    const limit = given.find((argument) => argument.name.value === 'limit' || argument.name.value === 'first')
    const entries = limit && this.#number(limit.value)
    if (entries !== undefined) return Math.max(0, entries)
    return isOfConnection ? connectionEntries : (defaultEntries[name.value] ?? otherEntries)
  }

  #number(value: ValueNode): number | undefined {
    if (value.kind === Kind.INT) return Number(value.value)
    if (value.kind !== Kind.VARIABLE) return undefined
    const name = value.name.value
    const given = this.#args.variableValues
    if (given && Object.hasOwn(given, name)) return typeof given[name] === 'number' ? given[name] : undefined
    const operation = getOperationAST(this.#args.document, this.#args.operationName)
    const definition = operation?.variableDefinitions?.find(({ variable }) => variable.name.value === name)
    return definition?.defaultValue && this.#number(definition.defaultValue)
  }
}

/** The entries of a connection (Relay Cursor Connections) stand in its edges. */
function isConnection({ name }: GraphQLObjectType): boolean {
  return name.endsWith('Connection')
}

function add(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    cost: a.cost + b.cost,
    aliasLength: Math.max(a.aliasLength, b.aliasLength),
  }
}
