/** A picture of a dashboard: what it asks Prometheus, and the unit of the answer. */
export interface Panel {
  readonly title: string
  /** A unit of Grafana: `reqps`, `s`, `bytes`, `percentunit`, `short`. */
  readonly unit: string
  readonly queries: readonly Query[]
  /** Default: a line over time. */
  readonly type?: 'timeseries' | 'stat' | 'table'
}

interface Query {
  readonly expr: string
  /** `{{service}}` stands for the label of a series. */
  readonly legend: string
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  /** A variable whose values are those of the label `service`. */
  readonly choosesService?: boolean
  readonly panels: readonly Panel[]
}

const byService = '{{service}}'
const query = (expr: string, legend = byService): Query => ({ expr, legend })

export const dashboards: readonly Dashboard[] = [
  {
    uid: 'lab',
    title: 'The lab at a glance',
    panels: [
      {
        title: 'Services that answer',
        unit: 'short',
        type: 'stat',
        queries: [query('sum(up{job="services"})', 'up')],
      },
      {
        title: 'Alerts',
        unit: 'short',
        type: 'stat',
        queries: [query('count(ALERTS{alertstate="firing"}) or vector(0)', 'firing')],
      },
      { title: 'Requests', unit: 'reqps', queries: [query('lab:requests:rate1m')] },
      { title: 'Failures', unit: 'percentunit', queries: [query('lab:failures:ratio1m')] },
      { title: 'Slowest of a hundred', unit: 's', queries: [query('lab:duration_seconds:p99_1m')] },
      { title: 'Connections', unit: 'short', queries: [query('lab_connections')] },
      { title: 'Memory', unit: 'bytes', queries: [query('process_resident_memory_bytes{job="services"}')] },
      {
        title: 'CPU',
        unit: 'percentunit',
        queries: [query('rate(process_cpu_seconds_total{job="services"}[1m])')],
      },
    ],
  },
  {
    uid: 'service',
    title: 'One service',
    choosesService: true,
    panels: [
      {
        title: 'Operations',
        unit: 'reqps',
        queries: [
          query('sum by (operation) (rate(lab_requests_total{service="$service"}[1m]))', '{{operation}}'),
        ],
      },
      {
        title: 'Outcomes',
        unit: 'reqps',
        queries: [
          query('sum by (outcome) (rate(lab_requests_total{service="$service"}[1m]))', '{{outcome}}'),
        ],
      },
      {
        title: 'Durations',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((quantile) =>
          query(
            `histogram_quantile(${quantile}, sum by (le) (rate(lab_request_duration_seconds_bucket{service="$service"}[1m])))`,
            `p${quantile * 100}`,
          ),
        ),
      },
      {
        title: 'In flight',
        unit: 'short',
        queries: [
          query('lab_requests_in_flight{service="$service"}', 'requests'),
          query('lab_connections{service="$service"}', 'connections'),
        ],
      },
      {
        title: 'Payload',
        unit: 'Bps',
        queries: [
          query('rate(lab_received_bytes_total{service="$service"}[1m])', 'in'),
          query('rate(lab_sent_bytes_total{service="$service"}[1m])', 'out'),
        ],
      },
      {
        title: 'Memory',
        unit: 'bytes',
        queries: [
          query('process_resident_memory_bytes{service="$service"}', 'resident'),
          query('nodejs_heap_size_used_bytes{service="$service"}', 'heap'),
          query('nodejs_external_memory_bytes{service="$service"}', 'buffers'),
        ],
      },
      {
        title: 'Event loop lag',
        unit: 's',
        queries: [query('nodejs_eventloop_lag_p99_seconds{service="$service"}', 'p99')],
      },
      {
        title: 'Restarts',
        unit: 'short',
        queries: [query('changes(process_start_time_seconds{service="$service"}[1h])', 'in an hour')],
      },
    ],
  },
  {
    uid: 'saga',
    title: 'The order saga',
    panels: [
      { title: 'Orders', unit: 'short', queries: [query('saga_orders', '{{state}}')] },
      { title: 'Sagas', unit: 'short', queries: [query('saga_sagas', '{{state}}')] },
      {
        title: 'Messages',
        unit: 'reqps',
        queries: [query('sum by (type) (rate(saga_messages_total[1m]))', '{{type}}')],
      },
      {
        title: 'What became of messages',
        unit: 'reqps',
        queries: [query('sum by (outcome) (rate(saga_messages_total[1m]))', '{{outcome}}')],
      },
      {
        title: 'Time of a step, slowest of twenty',
        unit: 's',
        queries: [
          query(
            'histogram_quantile(0.95, sum by (step, le) (rate(saga_step_seconds_bucket[1m])))',
            '{{step}}',
          ),
        ],
      },
      { title: 'Not confirmed by the broker', unit: 'short', queries: [query('saga_outbox_unsent')] },
      { title: 'Dead letters', unit: 'short', queries: [query('saga_dead_letters', '{{state}}')] },
      { title: 'Connected to the broker', unit: 'short', queries: [query('saga_broker_connected')] },
      { title: 'Payments', unit: 'short', queries: [query('saga_payments', '{{state}}')] },
      { title: 'Reserved credit', unit: 'short', queries: [query('saga_reserved_amount', '{{currency}}')] },
    ],
  },
]
