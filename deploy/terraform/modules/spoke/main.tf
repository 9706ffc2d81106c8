# A spoke: one region of one account that is defended. Its rules pick out the calls that playbooks want, and what shows that
# somebody undoes an answer; everything else is not delivered, and not paid for. Call the module once per region; the roles
# (rights.tf.json, generated) belong to the account and are made where tiers are named.

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.id

  # Where CloudTrail tells of global services, IAM above all, by partition.
  home = lookup({ aws-cn = "cn-north-1", aws-us-gov = "us-gov-west-1", aws-eusc = "eusc-de-east-1" }, local.partition, "us-east-1")

  patterns = jsondecode(file("${path.module}/patterns.json"))
  rules = {
    for name, p in local.patterns : name => p
    if(p.global ? local.region == local.home : var.events == "all")
  }

  direct = var.queue != null
}
