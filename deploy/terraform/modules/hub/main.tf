# The hub: what riposte itself needs, once, in the account that defends the others. Events come in by the queue, the record
# is the table; riposte runs as a function or as a daemon, with the rights in rights.tf and no others.

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.id
  lambda    = var.run_as == "lambda"
  prefix    = "arn:${local.partition}"
  topics    = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]

  # The function's time-out; AWS wants the queue to hide a message for six times as long.
  function_seconds = 60
}
