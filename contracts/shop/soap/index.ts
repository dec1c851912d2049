export { readFields, shopNamespace, writeFields } from './codec.ts'
export {
  contentTypeOf,
  type Envelope,
  envelopes,
  openEnvelope,
  type SoapVersion,
  writeEnvelope,
} from './envelope.ts'
export { type Fields, type SoapOperation, shopFault, soapOperations } from './schema.ts'
export { attributeOf, escapeXml, parseXml, type XmlElement, XmlError } from './xml.ts'
