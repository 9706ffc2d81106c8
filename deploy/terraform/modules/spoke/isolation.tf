# Where a machine is put that may not be terminated: in each VPC one security group that lets nothing in and nothing out.
# riposte finds it by its name, which no second group of a VPC can have; its role may use a group with this tag and no other.

data "aws_vpcs" "here" {
  count = var.events == "all" && var.isolation_vpcs == null ? 1 : 0
}

locals {
  vpcs = var.isolation_vpcs != null ? var.isolation_vpcs : flatten(data.aws_vpcs.here[*].ids)
}

resource "aws_security_group" "isolation" {
  for_each    = toset(local.vpcs)
  name        = "riposte-isolation"
  description = "riposte puts machines here that may reach nobody. It has no rules, and must not have any."
  vpc_id      = each.value
  ingress     = []
  egress      = []
  tags        = merge(var.tags, { "riposte:isolation" = "true" })
}
