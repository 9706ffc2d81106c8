variable "bus_arn" {
  description = "Where events go from other accounts and regions than the hub's: its bus_arn. Null where queue is given."
  type        = string
  default     = null
}

variable "queue" {
  description = "Where events go in the hub's own account and region: its queue, a hop less. Null elsewhere, since whoever may send to the queue is believed."
  type        = object({ arn = string, dead_letter_arn = string })
  default     = null
}

variable "name" {
  description = "Begins the names of rules, as that of the hub does."
  type        = string
  default     = "riposte"
  validation {
    condition     = can(regex("^riposte(-[a-z0-9]{1,12}){0,2}$", var.name))
    error_message = "Want riposte, or riposte-something: the guardrail keeps all other hands off riposte-*."
  }
}

variable "events" {
  description = "Which calls: \"all\" that this region has, or \"global\", only those of global services, for a home region (us-east-1) in which nothing else is defended."
  type        = string
  default     = "all"
  validation {
    condition     = contains(["all", "global"], var.events)
    error_message = "Want all or global."
  }
}

variable "isolation_vpcs" {
  description = "Ids of the VPCs that get a security group in which riposte isolates machines. Null: all that the region has when this is applied; apply again for one made later, riposte doctor says where it is missing."
  type        = list(string)
  default     = null
}

variable "alarm_topic_arn" {
  description = "The SNS topic of this region that hears of events that can't be delivered. Null for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for everything here."
  type        = map(string)
  default     = {}
}
