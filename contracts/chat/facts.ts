/** The subprotocol of plain clients that receive the events of rooms. */
export const roomsProtocol = 'chat.rooms'

export const generalRoom = 'general'

/** The rooms that are always there. */
export const lobbyRooms = [generalRoom, 'support', 'random'] as const

/** What people are told. */
export const chatMessages = {
  established: 'Соединение установлено',
  malformed: 'Некорректный формат сообщения',
  tooLong: 'Сообщение слишком длинное',
  unauthenticated: 'Сначала войдите в чат',
  noPerson: 'Пользователь не в сети',
  noRoom: 'Комната не найдена',
  tooManyRooms: 'Слишком много комнат',
  flood: 'Слишком много сообщений',
  unavailable: 'Чат временно недоступен',
  internal: 'Внутренняя ошибка',
} as const

/** Why the server closes a connection (RFC 6455, 7.4): the reason, with its code on the plain edge. */
export const chatCloses = {
  idle: 1000,
  draining: 1001,
  flood: 1008,
  internal: 1011,
  reset: 1012,
  slow: 1013,
  busy: 1013,
  unavailable: 1013,
} as const
