variable "name" {
  description = "Begins the name of everything here."
  type        = string
  default     = "riposte"
  validation {
    condition     = can(regex("^riposte(-[a-z0-9]{1,12}){0,2}$", var.name))
    error_message = "Want riposte, or riposte-something: the guardrail keeps all other hands off riposte-*."
  }
}

variable "run_as" {
  description = "What works the queue off: \"lambda\" (a function, deployed here) or \"daemon\" (riposte serve, wherever you run it, as the role made here)."
  type        = string
  validation {
    condition     = contains(["lambda", "daemon"], var.run_as)
    error_message = "Want lambda or daemon."
  }
}

variable "organization_id" {
  description = "The organisation whose accounts may send events, and whose roles riposte may assume. Empty: only those of accounts."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^(o-[a-z0-9]{10,32})?$", var.organization_id))
    error_message = "Want an organisation's id, like o-ab12cd34ef."
  }
}

variable "accounts" {
  description = "Ids of the accounts that may send events by the bus, and whose roles riposte may assume. Empty with organization_id: all of the organisation's. This account need not be named."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for a in var.accounts : can(regex("^[0-9]{12}$", a))])
    error_message = "An account's id has twelve digits, in quotes."
  }
}

variable "role_path" {
  description = "Path of the tiers' roles in every account, as the spokes have it."
  type        = string
  default     = "/"
  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)*$", var.role_path))
    error_message = "A path begins and ends with a slash."
  }
}

variable "discover" {
  description = "Whether riposte reads accounts and units from AWS Organizations: for the management account or a delegated administrator."
  type        = bool
  default     = false
}

variable "daemon_services" {
  description = "With run_as = \"daemon\": the services that may hand the role to the daemon."
  type        = list(string)
  default     = ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]
}

variable "daemon_principals" {
  description = "With run_as = \"daemon\": ARNs of further principals that may assume its role, such as whoever tries riposte from a shell. Empty for none."
  type        = list(string)
  default     = []
}

variable "operators" {
  description = "ARNs of those who may take the role riposte-operate: the brake, orders, reading the record, and nothing in any account. Empty: there is no such role."
  type        = list(string)
  default     = []
}

variable "lambda_zip" {
  description = "With run_as = \"lambda\": the function's package, from make lambda."
  type        = string
  default     = null
}

variable "slack_secret" {
  description = "With run_as = \"lambda\": name of the parameter of SSM's, in this account and region, that holds the signing secret of the app in Slack, like /riposte/slack-secret. The front, a function with a URL, takes people's clicks then. Empty: there is none."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+)*$", var.slack_secret))
    error_message = "Want a parameter's name, which begins with a slash: /riposte/slack-secret. The secret itself never stands here."
  }
}

variable "architecture" {
  description = "With run_as = \"lambda\": that of lambda_zip, arm64 or x86_64."
  type        = string
  default     = "arm64"
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Want arm64 or x86_64."
  }
}

variable "memory_mb" {
  description = "With run_as = \"lambda\": the function's memory, which is its share of a processor, too."
  type        = number
  default     = 512
}

variable "concurrency" {
  description = "With run_as = \"lambda\": how many functions may work on the queue at once, 2 to 1000."
  type        = number
  default     = 10
}

variable "config" {
  description = "With run_as = \"lambda\": riposte.yaml, as text, at most 4 KB. Empty: it lies in lambda_zip, beside bootstrap."
  type        = string
  default     = ""
  validation {
    condition     = length(var.config) <= 4000
    error_message = "Lambda's environment holds 4 KB: put riposte.yaml into S3 or a parameter, and name it in config_location."
  }
}

variable "config_location" {
  description = "Where riposte reads its configuration, at its start and within a minute of each change: s3://BUCKET/KEY, of a bucket of this account, or ssm:/NAME, at most 8 KB. A function is told it; its role may read it. Empty: config."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^(|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^*?]+|ssm:(/[A-Za-z0-9_.-]+)+)$", var.config_location))
    error_message = "Want s3://BUCKET/KEY or ssm:/NAME."
  }
}

variable "config_key_arn" {
  description = "The KMS key of that bucket or parameter, where it has one of its own. Null for none."
  type        = string
  default     = null
}

variable "report_bus_arn" {
  description = "The bus that outcomes are published to (report.event_bus in riposte.yaml). Null for none."
  type        = string
  default     = null
}

variable "trail_bucket_arn" {
  description = "The bucket of CloudTrail's files, where the s3 source reads what EventBridge missed. Null for none."
  type        = string
  default     = null
}

variable "trail_queue_arn" {
  description = "The queue of that bucket's notifications, in this account or shared with it. Null: the bucket is listed."
  type        = string
  default     = null
}

variable "trail_key_arn" {
  description = "The KMS key of that bucket, where it has one of its own. Null for none."
  type        = string
  default     = null
}

variable "max_receives" {
  description = "How often a message is tried before it goes to the dead-letter queue."
  type        = number
  default     = 10
}

variable "redrive_principals" {
  description = "ARNs of roles that may put messages back from the dead-letter queue. Nobody else but EventBridge can send to the queue, not even this account's administrators."
  type        = list(string)
  default     = []
}

variable "alarm_topic_arn" {
  description = "The SNS topic that alarms go to. Null: they only change state."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "With run_as = \"lambda\": how long its log is kept."
  type        = number
  default     = 365
}

variable "deletion_protection" {
  description = "Whether the table, which is the record of every case, refuses to be deleted. Set it to false, apply, and only then destroy."
  type        = bool
  default     = true
}

variable "mail" {
  description = "Who writes mail by Amazon SES, as report.mail of the configuration says: {from, region}. The identity is yours to verify. Null: nobody does."
  type        = object({ from = string, region = string })
  default     = null
  validation {
    condition     = var.mail == null || can(regex("^[^@* ]+@[^@* ]+$", var.mail.from))
    error_message = "Want one address, like riposte@example.com."
  }
}

variable "secrets" {
  description = "Names of the SSM parameters that the configuration names as ssm:/name. They are yours to write; one under a key of your own needs kms:Decrypt beside."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for name in var.secrets : can(regex("^/[A-Za-z0-9_./-]+$", name))])
    error_message = "A parameter's name begins with a slash, and has no wildcard."
  }
}

variable "checkpoint_bucket" {
  description = "Name of a bucket to make for checkpoints of the record, under Object Lock: nobody can change what lies there, riposte included. Null for none."
  type        = string
  default     = null
}

variable "checkpoint_days" {
  description = "How long a checkpoint can't be deleted."
  type        = number
  default     = 365
}

variable "tags" {
  description = "Tags for everything here."
  type        = map(string)
  default     = {}
}
