import {
  composeVariable,
  containerAdminPort,
  services as descriptions,
  type ServiceName,
  serviceNames,
} from '@polyservice-lab/contracts/services'

export { type ServiceName, serviceNames }

/** The port of health, metrics and reset inside every container. */
export const adminPort = containerAdminPort

/** What a lab of tests knows of a service: its port inside the container, and the variables of its host ports. */
export const services = Object.fromEntries(
  serviceNames.map((name) => [
    name,
    {
      port: descriptions[name].port,
      portVariable: composeVariable(name, 'PORT'),
      adminPortVariable: composeVariable(name, 'ADMIN_PORT'),
    },
  ]),
) as Record<ServiceName, { port: number; portVariable: string; adminPortVariable: string }>
